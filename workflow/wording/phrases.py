"""The English source phrases: one for every reason of a refusal (with the remedy) and every line of an explanation.

Why: code and data are decided deep inside; the words stand in one table, so that a translator sees all of them and a
test can say which are missing.
Never here: texts of an institution (definitions have them), translations (locale/ has them), logic.

A phrase names its data as %(name)s. Changing a phrase unsettles its translations: `python -m workflow.wording.build`
says which, and a test fails until they are settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # the move itself
        "unknown_transition": "There is no move %(transition)s here. Known are: %(known)s.",
        "wrong_state": "This cannot be done in the state %(state)s; it can be done in: %(allowed_from)s.",
        "wrong_role": "This may be done only by: %(needs)s. Ask one of them to do it.",
        "not_the_owner": "This belongs to somebody else. Only the person whose it is may do this.",
        "lost_race": (
            "Somebody else was faster: you saw version %(expected)s, the present one is %(found)s. "
            "Look at it again, then decide."
        ),
        "already_applied": (
            "There is an application of this person for this position already. Correct that one instead."
        ),
        "moves_refused": (
            "The move %(transition)s, which belongs to this act, cannot be made for: %(names)s. "
            "Nothing was changed. Settle these first."
        ),
        # when it counts
        "effective_in_future": (
            "The act would count from %(effective_at)s, and now it is %(now)s. "
            "Give an instant that is not in the future."
        ),
        "effective_before_creation": (
            "The act would count before its subject came to be, at %(created_at)s. Give that instant or a later one."
        ),
        "backdating_not_allowed": "This act counts from now on; the rules do not let it count from an earlier instant.",
        "backdating_needs_reason": (
            "An act that counts from an earlier instant needs an entry in the incoming register or a reason. Give one."
        ),
        # what must be given with it
        "ground_missing": "A ground is missing. Choose at least one from the catalogue of grounds.",
        "unknown_ground": "There is no ground %(ground)s. Known are: %(known)s.",
        "ground_incomplete": "The ground %(ground)s does not say: %(missing)s. Add it.",
        "reason_missing": "A reason is missing. Write in a few words why.",
        # documents and requirements
        "document_missing": "The document %(document)s was not handed in. Ask the candidate for it.",
        "document_not_ok": "The document %(document)s was judged not in order. Ask the candidate for another one.",
        "requirement_not_proved": "The requirement %(requirement)s was judged as not proved.",
        "verdict_missing": "Nobody has judged %(item)s yet. Ask the commission for a verdict.",
        "judged_by_others": "%(item)s may be judged only by: %(needs)s. Leave it to them.",
        "shown_only": (
            "%(document)s is only shown and given back: no copy of it is kept. "
            "Record it without pages and without a file."
        ),
        # objections
        "objection_window_not_open": (
            "There is nothing to object to yet: %(deadline)s did not run when this was received. "
            "Check the day of receipt."
        ),
        "objection_window_open": (
            "Objections are accepted until %(due)s (%(deadline)s). Wait until that time is over."
        ),
        "objections_open": ("%(count)s objections wait for a decision: %(numbers)s. Decide them first."),
        "application_not_in": "The application stands in %(state)s; it can be objected to in: %(states)s.",
        "no_list_to_correct": (
            "%(publication)s is not shown any more, so it cannot be corrected. Record the decision without a list."
        ),
        "objections_not_foreseen": "The rules of this procedure know no objections.",
        "objection_empty": "What is objected to is missing. Write it down in the words of the objection.",
        "duplicate_objection_number": "The number %(number)s is taken by another objection. Give another number.",
        "nothing_asked": (
            "The ground %(ground)s names no document and no requirement, so the person would not know what to hand in. "
            "Choose one that does."
        ),
        "supplement_missing": "Asked for and not handed in since: %(item)s.",
        "supplement_handed_in": "All that was asked for has been handed in. The check goes on.",
        "deadline_not_fired": "It was not the deadline %(deadline)s that led here.",
        "supplement_after_due": "Not handed in by %(due)s, when the deadline ended: %(item)s.",
        "same_candidate": "These are not two: the application belongs to this person already.",
        "merge_same_position": (
            "Both applied for the same position: %(applications)s. Withdraw one of the two first, or leave them as two."
        ),
        "unknown_item": "There is no %(item)s here. Check how it is written.",
        # timeliness
        "received_late": "It was received at %(received_at)s, after the deadline of %(due)s.",
        "received_in_time": "It was received at %(received_at)s, within the deadline of %(due)s.",
        "wrong_channel": "It came in this way: %(channel)s. Here it must come in this way: %(channels)s.",
        "postmark_not_counted": "The postmark does not count for what comes in this way: %(channel)s. Leave it out.",
        "posted_after_receipt": (
            "The postmark of %(posted_on)s is later than the arrival on %(day)s. Correct one of them."
        ),
        "date_missing": "The date %(date)s is not set. Ask the coordinator to set it.",
        "date_not_reached": "The date %(date)s has not come yet. Wait until then.",
        "procedure_not_open": "The procedure is not open for this: it is not announced yet, or that stage is over.",
        "date_has_passed": (
            "The deadline %(date)s has fallen due already; a date in the past decides and is not changed."
        ),
        "procedure_not_in": "The procedure stands in %(state)s; this can be done when it stands in: %(states)s.",
        # assessment
        "sheets_not_signed": (
            "%(assessment)s: %(signed)s score sheets are signed, %(quorum)s are needed. "
            "Ask these members to sign: %(missing)s."
        ),
        "quorum_recused": (
            "%(assessment)s: only %(members)s members may score this candidate, %(quorum)s are needed. "
            "Recused are: %(missing)s. Ask for another member to be appointed."
        ),
        "result_missing": "%(assessment)s: there is no result yet. Open the score sheets first.",
        "below_threshold": "%(assessment)s: the result %(result)s is below the threshold %(threshold)s.",
        "criterion_below_threshold": (
            "%(assessment)s, %(criterion)s: the mark %(result)s is below the threshold %(threshold)s of this criterion."
        ),
        "criteria_reached": "%(assessment)s: with the result %(result)s every criterion reaches its threshold.",
        "threshold_reached": "%(assessment)s: the result %(result)s reaches the threshold %(threshold)s.",
        "threshold_not_fixed": (
            "%(assessment)s: the pass mark is not fixed yet. The commission fixes it on the page of the pass mark."
        ),
        "threshold_given": "%(assessment)s: the rules give the threshold; the commission does not fix it.",
        "threshold_fixed": "%(assessment)s: the pass mark is fixed at %(value)s and cannot be fixed again.",
        "threshold_out_of_range": "%(assessment)s: %(value)s is not between %(min)s and %(max)s.",
        "threshold_between_steps": (
            "%(assessment)s: %(value)s is not one of the possible pass marks, "
            "which go from %(min)s in steps of %(step)s."
        ),
        "threshold_too_early": (
            "%(assessment)s: the pass mark is fixed when all sheets are opened. "
            "Applications that are still scored: %(waiting)s."
        ),
        "not_in_open_tie": (
            "%(assessment)s is held only for those whom the rules leave equal for a place; this is not the case here."
        ),
        "assessment_not_held": "%(assessment)s is not held for this position.",
        "assessment_is_held": "%(assessment)s is held for this position and cannot be left out.",
        "commission_too_small": (
            "The commission has %(members)s scoring members, %(quorum)s are needed. Ask for more to be appointed."
        ),
        "not_a_member": "Only a member of this procedure's commission may do this. Ask for an appointment.",
        "has_conflict": (
            "This member has declared a conflict with this application and may not judge it. Another member must do it."
        ),
        "mark_out_of_range": "%(criterion)s: a mark must lie between %(min)s and %(max)s. Correct the mark.",
        "mark_between_steps": (
            "%(criterion)s: marks go from %(min)s to %(max)s in steps of %(step)s. Correct the mark."
        ),
        "mark_missing": "%(criterion)s: the mark is missing. Give marks for all criteria.",
        "unknown_criterion": "There is no criterion %(criterion)s. Known are: %(known)s.",
        "answers_too_many": (
            "%(counted)s answers are counted, and the test has %(questions)s questions. Correct the counts."
        ),
        "already_signed": "This sheet is signed and cannot be changed any more.",
        "unknown_change_reason": "No such reason for changing a sheet: %(code)s. Known are: %(known)s.",
        "marks_unchanged": "These are the marks that stand on the sheet already. Change at least one.",
        "sheet_not_signed": "This sheet is not signed yet. Its member can still save other marks on it.",
        "not_your_sheet": (
            "A signed sheet may be changed by the member who signed it, "
            "and by the chair as well once the sheets are opened."
        ),
        "ranking_stands": "The ranking list is made, so no score sheet may be changed any more.",
        "not_in_commission": "%(user)s does not sit in this commission. Choose somebody who does.",
        "already_in_commission": "%(user)s sits in this commission already. Choose a substitute or somebody else.",
        "sheet_changed": ("The marks on this sheet have changed since they were shown. Look at them again, then sign."),
        "sheet_not_as_signed": (
            "Application %(application)s, %(assessment)s: the stored marks are not those that were signed, "
            "on the sheets of: %(missing)s. No sheet was opened and no result was computed. "
            "Tell the administrator and the auditor."
        ),
        "tie_undecided": (
            "%(position)s: these applications are equal by every rule, for place %(place)s: %(applications)s. "
            "Ask the commission to decide their order and record it."
        ),
        "tie_needs_assessment": (
            "%(position)s: these applications are equal by every rule so far, for place %(place)s: %(applications)s. "
            "Hold %(assessment)s for them and open its score sheets."
        ),
        "tie_not_drawn": (
            "%(position)s: these applications are equal by every rule, for place %(place)s: %(applications)s. "
            "Draw lots for their order."
        ),
        "no_open_tie": (
            "These applications are not all of those that are equal for a place now. "
            "Look at the list of the position again; a lot that is drawn stays drawn."
        ),
        # checks and training
        "check_missing": "The check %(check)s has no result yet. Ask for it to be recorded.",
        "check_failed": "The check %(check)s was not passed.",
        "no_check_failed": "None of these checks was failed: %(checks)s.",
        "check_expired": "The check %(check)s held until %(day)s. Have it made again and record the new result.",
        "check_verdict_missing": "The check %(check)s needs a verdict: passed, or not passed.",
        "check_items_missing": (
            "The check %(check)s is passed or failed by its list. Still without a verdict: %(missing)s."
        ),
        "check_note_missing": "What is not in order needs a reason in words: %(missing)s.",
        "check_items_contradict": "The verdict of the check %(check)s is not what its list comes to. Correct the list.",
        "check_not_failed": "The check %(check)s was not failed, so there is nothing to re-examine.",
        "no_re_examination": "The rules give no re-examination of the check %(check)s.",
        "re_examination_used": (
            "The rules give %(times)s re-examination of the check %(check)s, and it was asked for: the result is final."
        ),
        "re_examination_late": "A re-examination of the check %(check)s could be asked for until %(due)s.",
        "re_examination_open": "A re-examination of %(checks)s may still be asked for until %(due)s. Wait until then.",
        "re_examination_not_asked": "No re-examination was asked for, or it has its result: %(checks)s.",
        "task_missing": "The task %(task)s is not done. It is for %(owner)s to do and record.",
        "task_blocked": "The task %(task)s can be done only after: %(needs)s.",
        "task_not_given": "The task %(task)s was not given to this application.",
        "task_done_already": "The task %(task)s was done already, on %(day)s.",
        "task_of_others": "The task %(task)s is recorded by %(owner)s.",
        "day_in_future": "The day %(day)s has not come yet.",
        "hours_not_positive": "Give more than 0 hours; 0 only corrects what was recorded for that day.",
        "hours_over_day": "A day has 24 hours: %(hours)s cannot be right.",
        "hours_over_part": "The part %(part)s has %(required)s hours; with these it would have %(hours)s.",
        "training_incomplete": "Of the training plan's %(required)s hours, %(hours)s are done, or a part is missing.",
        "training_complete": "The training plan is complete: %(hours)s of %(required)s hours are done.",
        "part_blocked": "The part %(part)s can be completed only after: %(needs)s.",
        # seats
        "no_seat_free": "No seat is free: all are held, of %(seats)s.",
        "seat_free": "A seat is still free, of %(seats)s.",
        "seats_not_filled": "Not every seat is held: %(taken)s of %(seats)s.",
        "seats_all_filled": "Every seat is held, of %(seats)s.",
        "seat_taken": "Seats that are held: %(taken)s. There must be none.",
        "seats_held": (
            "%(position)s: %(wanted)s cannot be taken away. Seats: %(seats)s, held: %(taken)s; at least one stays."
        ),
        "seats_same_position": "Seats are moved from one position to another, not to the same: %(position)s.",
        "position_ended": "%(position)s: this position has ended. Its seats stay as they are.",
        "call_forbidden": "The place stays free: the rules do not let the next be called for it.",
        "call_too_late": "The place stays free: the next could be called for it only until %(until)s.",
        "same_person": "You made the move that is to be approved yourself. Ask a second person.",
        # what stands below
        "no_positions": "The procedure has no position. Add one first.",
        "no_applications": "No application was registered.",
        "has_applications": "Applications that were registered: %(count)s. There must be none.",
        "some_still_in": "Applications that still stand in %(states)s: %(count)s. Decide on these first.",
        "none_in": "No application stands in: %(states)s.",
        "positions_not_all_in": "Not every position stands in: %(states)s. Settle the others first.",
        "no_position_in": "No position stands in: %(states)s.",
        # what was named
        "unknown_subject": "There is nothing here by that name or number. Check how it is written.",
        "unknown_institution": "This institution is not known here. Check how it is written.",
        "unknown_position": "There is no position %(position)s. Known are: %(known)s.",
        "unknown_user": "There is no user %(user)s here. Check how the name is written.",
        "unknown_language": "The language %(language)s is not known here. Known are: %(known)s.",
        "unknown_act": "There is no act %(act)s here. Known are: %(known)s.",
        "act_not_in_state": "%(act)s cannot be recorded in the state %(state)s.",
        "duplicate_register_number": "The register number %(number)s is taken already. Give the next free one.",
        "wording_changes_rules": (
            "The new text changes more than words, and a running procedure keeps its rules. "
            "Take over the wording alone, or announce a new procedure."
        ),
        # papers: publications and the protocol
        "not_published": ("Not shown yet: %(publication)s. Have it made, and approved where that is asked for."),
        "protocol_not_final": "The protocol is not signed by everybody who must. Ask those who are missing.",
        "own_draft": "You made publication no. %(number)s yourself. Ask a second person to approve it.",
        "nothing_to_approve": "No draft of publication no. %(number)s waits for approval. Look at it again.",
        "publication_taken_down": (
            "Publication no. %(number)s is no longer shown, so it cannot be corrected. Publish anew."
        ),
        "protocol_replaced": (
            "The protocol was drawn up anew meanwhile: version %(version)s. Read that one, then sign it."
        ),
        "not_a_signatory": (
            "Version %(version)s of the protocol is signed by the members that it names, and you are not one of them."
        ),
        "protocol_signed": "You have signed version %(version)s of the protocol already.",
        "nobody_to_sign": (
            "Nobody in the commission holds a function that signs: %(functions)s. Appoint somebody first."
        ),
    }
)
"""Code of a reason -> English phrase."""

EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        # how a result came about
        "marks_missing": "%(criterion)s: left empty on sheets: %(members)s. It counts %(mark)s on each of them.",
        "score_answers": "Right: %(right)s, wrong: %(wrong)s, blank: %(blank)s. Points: %(formula)s.",
        "score_right": "Right: %(right)s. Points: %(formula)s.",
        "score_floor": "%(total)s is below the floor, so that %(floor)s counts.",
        "score_totals": "The members' totals are %(totals)s; they lie %(spread)s apart.",
        "score_parts": "Each total is rounded first, decimals: %(places)s. They are then %(totals)s.",
        "score_dropped": "Dropped: highest %(highest)s, lowest %(lowest)s.",
        "score_kept": "Sheets signed: %(members)s. Nothing is dropped, because that begins with %(at_least)s sheets.",
        "score_ordered": "In order the totals are %(totals)s.",
        "score_mean": "The mean: %(formula)s, shown as %(shown)s.",
        "score_median": "The median, the middle of them: %(formula)s, shown as %(shown)s.",
        "score_weighted": "The mean, each total with the weight of its member: %(formula)s, shown as %(shown)s.",
        "threshold_met": "%(compared)s reaches the threshold %(threshold)s; it is %(difference)s above.",
        "threshold_missed": "%(compared)s does not reach the threshold %(threshold)s; %(difference)s are missing.",
        "criterion_met": (
            "%(criterion)s: %(compared)s reaches the threshold %(threshold)s of this criterion; "
            "it is %(difference)s above."
        ),
        "criterion_missed": (
            "%(criterion)s: %(compared)s does not reach the threshold %(threshold)s of this criterion; "
            "%(difference)s are missing."
        ),
        "total_below_threshold": "The total %(total)s is below the threshold %(threshold)s.",
        # how a place came about
        "bonus_item": "Bonus for %(item)s: %(points)s.",
        "bonus_highest": "Bonus points are not added up; the highest counts: %(points)s.",
        "bonus_capped": "Of %(points)s bonus points, %(cap)s count, because no more may be added.",
        "bonus_added": "The total %(total)s holds %(points)s bonus points.",
        "within_seats": "Place %(place)s is within the seats, of %(seats)s.",
        "beyond_seats": "Place %(place)s is beyond the seats, of %(seats)s.",
        "place_by_total": (
            "Place %(place)s with %(total)s in total; place %(other_place)s, %(other)s, has %(other_total)s."
        ),
        "place_before_by_key": (
            "Equal in the total with %(other)s, before it by %(key)s: %(value)s to %(other_value)s."
        ),
        "place_after_by_key": ("Equal in the total with %(other)s, after it by %(key)s: %(value)s to %(other_value)s."),
        "place_before_by_dropped": (
            "Equal in the total with %(other)s, before it by the marks of %(assessment)s that were left out: "
            "%(value)s to %(other_value)s."
        ),
        "place_after_by_dropped": (
            "Equal in the total with %(other)s, after it by the marks of %(assessment)s that were left out: "
            "%(value)s to %(other_value)s."
        ),
        "place_before_by_requirement": (
            "Equal in the total with %(other)s, before it because this is proved: %(requirement)s."
        ),
        "place_after_by_requirement": (
            "Equal in the total with %(other)s, after it because this is not proved: %(requirement)s."
        ),
        "place_before_by_lot": "Equal in the total with %(other)s, before it by lot.",
        "place_after_by_lot": "Equal in the total with %(other)s, after it by lot.",
        "place_before_by_commission": "Equal in the total with %(other)s, before it by a decision of the commission.",
        "place_after_by_commission": "Equal in the total with %(other)s, after it by a decision of the commission.",
        "place_beside": (
            "Equal in the total with %(other)s; what set them apart has changed since then, see the journal."
        ),
        "place_shared_with": (
            "Place %(place)s is shared with %(others)s, because nothing separates these applications."
        ),
        "priority_first": "Place %(place)s instead of %(without)s by legal priority: %(requirement)s.",
        "priority_behind": "Place %(place)s instead of %(without)s, because somebody else has legal priority.",
        "shortlist_within": "%(mark)s points are among the best %(invited)s.",
        "shortlist_last_mark": (
            "%(mark)s points are the mark of the last of the best %(invited)s; all who have it go on."
        ),
        "shortlist_none_fit": (
            "%(mark)s points are shared by more people than the best %(invited)s have room for; none of them goes on."
        ),
        "shortlist_beyond": "%(mark)s points are not among the best %(invited)s.",
        "shortlist_no_seat": "%(mark)s points; the position has no free seat, so nobody goes on.",
        # why somebody was called for a seat that became free, or nobody was
        "called_after": "Next by place (%(place)s): %(after)s made a place free (%(transition)s).",
        "called_by_place": "Next by place (%(place)s).",
        "released_by": "The same person accepted another position, with application %(by)s.",
        "nobody_in_line": "The place stays free: nobody is left to be called.",
        # how many seats a position has
        "seats_moved_out": "Moved to %(other)s.",
        "seats_moved_in": "Moved from %(other)s.",
        "seats_cut": ("Cut, because of too few applications: %(applications)s, and %(ratio)s are asked for each seat."),
    }
)
"""Code of a line of an explanation -> English phrase. A line may also use the code of a reason."""

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "role_clock": "the clock",
        "role_candidate": "candidate",
        "role_commission": "commission",
        "role_chair": "chair of the commission",
        "role_procedure": "by itself, with the procedure",
        "role_position": "by itself, with the position",
        "role_application": "by itself, with an application",
    }
)
"""`role_` and the name of a built-in role -> English words; the others are labels of definitions."""

PAPERS: Mapping[str, str] = MappingProxyType(
    {
        "paper_procedure": "Procedure",
        "paper_procedure_no": "Procedure no. %(number)s",
        "paper_number": "No. %(number)s",
        "paper_certificate": "Certificate",
        "paper_statement": "Statement of hours",
        "paper_trained": "Who was trained",
        "paper_programme": "Programme",
        "paper_hours_done": "Hours done",
        "paper_hours_of": "%(hours)s of %(all)s",
        "paper_trained_from_to": "From and to",
        "paper_issued_on": "Issued",
        "paper_part": "Part",
        "paper_parts": "Parts of the programme",
        "paper_hours_in_plan": "Hours in the plan",
        "paper_for_institution": "For the institution",
        "paper_corrected": "Corrected, version %(version)s. Reason: %(reason)s",
        "paper_shown_until": "Shown until %(until)s",
        "paper_withdrawn": "Taken down %(at)s",
        "paper_draft": "draft",
        "paper_erased": "What it showed was erased with the people in it",
        "paper_nobody": "Nobody",
        "paper_none": "None",
        "paper_line": "Row",
        "paper_protocol": "Protocol",
        "paper_state": "State",
        "paper_quorum": "Members who must score",
        "paper_threshold": "Threshold",
        "paper_combined": "Members combined by",
        "paper_points": "Points of an answer",
        "paper_answers": "of %(questions)s questions, right %(right)s, wrong %(wrong)s, blank %(blank)s",
        "paper_start": "beginning with %(value)s",
        "paper_floor": "not below %(value)s",
        "paper_bonus": "Bonus points",
        "paper_bonus_sum": "several are added up",
        "paper_bonus_highest": "of several the highest counts",
        "paper_bonus_cap": "at most %(value)s are added",
        "paper_combined_mean": "the mean of their totals",
        "paper_combined_median": "the median of their totals",
        "paper_combined_trimmed_mean": (
            "the mean of their totals without the highest %(drop)s and the lowest %(drop)s, from %(sheets)s sheets on"
        ),
        "paper_combined_weighted_mean": "the mean of their totals, weighted: %(weights)s",
        "paper_at_least": "at least %(value)s",
        "paper_rounding": "Rounding",
        "paper_rounding_half_up": "to %(places)s decimals, halves up",
        "paper_rounding_half_even": "to %(places)s decimals, halves to even",
        "paper_rounding_down": "to %(places)s decimals, the rest cut off",
        "paper_total": "Total",
        "paper_equals": "Equal totals are separated by",
        "paper_ranking": "Ranking",
        "paper_tie_commission_decision": "a decision of the commission",
        "paper_tie_shared": "shared place",
        "paper_tie_lot": "a lot",
        "paper_tie_priority": "legal priority",
        "paper_tie_dropped": "the marks of %(assessment)s that were left out",
        "paper_tie_order": "Order: %(order)s",
        "paper_tie_settled": "%(number)s: settled by %(key)s",
        "paper_together": "Together",
        "paper_signed_at": "Signed %(at)s",
        "paper_remark": "Own opinion: %(remark)s",
        "paper_late_not_considered": "Not considered",
        "paper_late_admitted": "Admitted by %(who)s: %(reason)s",
        "paper_definition": "Written rules",
        "paper_definition_hash": "Digest of the rules (SHA-256)",
        "paper_calendar": "Calendar and its version",
        "paper_entries": "Entries of the journal",
        "paper_journal_head": "Last entry of the procedure",
        "paper_function_chair": "chair",
        "paper_function_member": "member",
        "paper_function_secretary": "secretary",
        "paper_function_substitute": "substitute",
        "paper_group_selected": "selected",
        "paper_group_reserve": "reserve",
        "paper_group_not_approved": "not approved",
        "paper_act_set_date": "Date set",
        "paper_act_fix_threshold": "Pass mark fixed",
        "paper_act_correct_publication": "Publication corrected",
        "paper_act_draw_up_protocol": "Protocol drawn up anew",
        "paper_act_correct_candidate": "Candidate's data corrected",
        "paper_act_appoint_member": "Member appointed",
        "paper_act_replace_member": "Member replaced",
        "paper_left_at": "left on %(at)s, replaced by %(name)s",
        "paper_part_procedure": "The procedure",
        "paper_part_commission": "The commission",
        "paper_part_received": "Applications received",
        "paper_part_seats": "Changes of the number of seats",
        "paper_part_refused": "Not admitted, with grounds",
        "paper_part_methods": "Methods of assessment",
        "paper_part_results": "Results",
        "paper_part_accounts": "How the results came about",
        "paper_part_best": "The best candidates, at most %(most)s for a position",
        "paper_part_ties": "Equal results and how they were settled",
        "paper_part_recusals": "Members who took no part because of a conflict",
        "paper_part_changes": "Changes of signed score sheets",
        "paper_part_late": "Applications that came too late",
        "paper_part_reasons": "Decisions with a written reason",
        "paper_part_publications": "Publications",
        "paper_part_signatures": "Signatures",
        "paper_part_rules": "By which rules, and what proves this record",
        "paper_column_name": "Name",
        "paper_column_initials": "Initials",
        "paper_sample": "A sample: the person, the paper and everything in it are invented",
        "paper_sample_mark": "sample",
        "paper_column_town": "Place of residence",
        "paper_column_outcome": "Outcome",
        "paper_column_register_number": "Register number",
        "paper_column_position": "Position",
        "paper_column_place": "Place",
        "paper_column_total": "Total",
        "paper_column_grounds": "Grounds",
        "paper_column_function": "Function",
        "paper_column_order": "Order",
        "paper_column_appointed": "Appointed",
        "paper_column_seats": "Seats",
        "paper_column_received": "Received",
        "paper_column_late": "Late",
        "paper_column_correct": "Met the formal requirements",
        "paper_column_refused": "Not admitted",
        "paper_column_received_at": "Received at",
        "paper_column_followed": "What followed",
        "paper_column_criterion": "Criterion",
        "paper_column_scale": "Scale",
        "paper_column_step": "Step",
        "paper_column_weight": "Weight",
        "paper_column_group": "Outcome",
        "paper_column_assessment": "Assessment",
        "paper_column_marks": "Marks of the members",
        "paper_column_computation": "Computation",
        "paper_column_decision": "Decision",
        "paper_column_by": "By",
        "paper_column_when": "When",
        "paper_column_reason": "Reason",
        "paper_column_member": "Member",
        "paper_column_change": "Before → after",
        "paper_column_about": "About",
        "paper_column_number": "Number",
        "paper_column_publication": "Publication",
        "paper_column_from": "Shown from",
        "paper_column_until": "Until",
        "paper_column_digest": "Digest (start)",
    }
)
"""`paper_` and a code -> English words that stand in lists and protocols, in the language of the paper."""

PHRASES: Mapping[str, str] = MappingProxyType({**REASONS, **EXPLANATIONS, **ROLES, **PAPERS})
"""Every code -> English phrase."""
