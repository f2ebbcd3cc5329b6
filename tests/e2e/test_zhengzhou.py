"""A recruitment in Zhengzhou with written test, interview, medical examination and background check, in Chinese.

沈晓岚 coordinates, 贾玉梅 keeps the register, 冯国栋 reviews, 段志远 heads the leading group; 范文博, 彭丽华
and 袁立新 mark and interview. Each sits at a browser of their own. Everybody is invented.
"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Opener
from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Site
from workflow.services.signing_in import set_password

ZZ = "zhengzhou"
SERVICE, SAFETY = "社区服务类岗位", "应急管理与安全类岗位"


def at_work(site: Site, user: str, name: str, role: str) -> Person:
    return Person.signed_in(site, site.hire(ZZ, user, name, role, language="zh"), ZZ, "zh")


def member(site: Site, head: Person, name: str, email: str, function: str) -> Person:
    head.appoints_from_outside(name, email, function)
    user = site.user_of(email)
    set_password(site.house, user, PASSWORD)
    person = Person.signed_in(site, user, ZZ, "zh")
    person.procedure = head.procedure
    return person


@pytest.mark.timeout(240)
def test_with_test_medical_and_background(open_site: Opener):
    site = open_site("2026-07-06 08:50+08:00", zone="Asia/Shanghai")
    shen = at_work(site, "shen", "沈晓岚", "coordinator")
    jia = at_work(site, "jia", "贾玉梅", "registrar")
    feng = at_work(site, "feng", "冯国栋", "reviewer")
    duan = at_work(site, "duan", "段志远", "head")

    # 发布公告: three dates are announced, and the leading group names those who mark.
    dates = {
        "registration_opens": "2026-07-13 09:00",
        "documents_close": "2026-07-24 17:00",
        "written_at": "2026-08-08 09:00",
    }
    shen.opens_procedure("2026-2", {"community_service": 1, "emergency_safety": 1}, dates)
    for person in (jia, feng, duan):
        person.procedure = shen.procedure
    fan = member(site, duan, "范文博", "fan@pingwei.example", "chair")
    peng = member(site, duan, "彭丽华", "peng@pingwei.example", "member")
    yuan = member(site, duan, "袁立新", "yuan@pingwei.example", "member")
    shen.moves_procedure("发布招聘公告")
    shen.reads("已发布公告")

    # 报名与资格审查: four register; one lacks the certificate of education.
    site.time_passes("2026-07-14 09:10")
    jia.registers("王秀英", "community_service", email="wang@youxiang.example")
    jia.registers("刘洋", "community_service", email="liuyang@youxiang.example")
    jia.registers("李建军", "emergency_safety", email="li@youxiang.example")
    jia.registers("周梓涵", "emergency_safety", without=["education_certificate"])
    site.time_passes("2026-07-27 09:00")
    for name, post in (("王秀英", SERVICE), ("刘洋", SERVICE), ("李建军", SAFETY)):
        feng.opens(name, post)
        feng.finds_all_in_order()
        feng.works("审查合格")
    feng.opens("周梓涵", SAFETY)
    feng.works("审查不合格", ground={"ground": "document_missing", "ground_document": "education_certificate"})
    shen.moves_procedure("公布资格审查合格人员名单")

    # 笔试: two mark each paper; the chief closes the marking.
    site.time_passes("2026-08-08 14:00")
    written = {"王秀英": ("36", "27", "27"), "刘洋": ("32", "24", "24"), "李建军": ("33", "25", "24.5")}
    for marker in (fan, peng):
        marker.scores("written", written)
    fan.moves_procedure("结束阅卷")
    shen.sets_date("interview_at", "2026-08-22", "09:00")
    shen.moves_procedure("公布笔试结果和入围面试名单")

    # 面试: three interview, none sees the others' marks.
    site.time_passes("2026-08-22 10:00")
    for person, best in ((fan, "35"), (peng, "34"), (yuan, "34.5")):
        marks = {"王秀英": (best, "26", "26"), "刘洋": ("32", "24", "24"), "李建军": ("33", "25", "24")}
        person.scores("interview", marks)
    fan.moves_procedure("结束面试")
    shen.sets_date("medical_at", "2026-09-01", "08:00")
    shen.moves_procedure("公布总成绩和进入体检人员名单")

    # 体检与政审: both pass; the reserve waits.
    site.time_passes("2026-09-03 09:00")
    for name, post in (("王秀英", SERVICE), ("李建军", SAFETY)):
        shen.opens(name, post)
        shen.records_check("medical")
        shen.works("体检合格")
    shen.opens("刘洋", SERVICE)
    shen.reads("递补人选")
    site.time_passes("2026-09-10 09:00")
    for name, post in (("王秀英", SERVICE), ("李建军", SAFETY)):
        shen.opens(name, post)
        shen.records_check("criminal_record")
        shen.records_check("background")
        shen.works("政审合格")

    # 公示: five working days, and the clock hires.
    shen.sets_date("training_begins", "2026-10-12")
    site.time_passes("2026-09-17 10:00")
    shen.moves_procedure("公示拟聘用人员名单")
    site.time_passes("2026-10-09 09:00")

    # 录用与入职培训
    for name, post in (("王秀英", SERVICE), ("李建军", SAFETY)):
        shen.opens(name, post)
        shen.works("办理聘用手续")
    site.time_passes("2026-10-16 17:00")
    for name, post in (("王秀英", SERVICE), ("李建军", SAFETY)):
        shen.opens(name, post)
        for part in ("法律法规学习", "岗位培训", "社区工作实务"):
            shen.completes(part)
        shen.works("完成入职培训")
        shen.reads("已完成入职培训")
    shen.moves_procedure("结束招聘")
    shen.reads("已结束：全部岗位招满")
