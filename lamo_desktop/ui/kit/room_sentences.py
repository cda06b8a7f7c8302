"""The sentences of rooms without Qt that the window shows: here so that the translation tools find them.

{n1} stands for a number (with its sign, separators and %), any other name for any text. The first that fits is taken.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP(
        "rooms",
        "columns not used: {columns}; their headers are neither those of a field nor of a subgroup: choose the fields "
        "they hold, or add to 'subgroups' in a profile",
    ),
    QT_TRANSLATE_NOOP("rooms", "rows of home medications not used because {reason}: {n1} (first: {where})"),
    QT_TRANSLATE_NOOP(
        "rooms",
        "cannot tell to which allergy each reaction belongs: not used; give one for each allergy, in their order",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "No: {n1} admissions are too few to decide anything. Below {n2} the intervals are wide and "
        "unreliable; read this report as a trial run.",
    ),
    QT_TRANSLATE_NOOP("rooms", "Too few admissions to say. {finding}"),
    QT_TRANSLATE_NOOP("rooms", "Here: {figure}."),
    QT_TRANSLATE_NOOP("rooms", "{n1} drugs recommended for each drug ordered ({n2} to {n3})"),
    QT_TRANSLATE_NOOP("rooms", "Yes, it overprescribes: {figure}. Raise the threshold shift or recalibrate."),
    QT_TRANSLATE_NOOP("rooms", "No, its lists are shorter: {figure}. Lower the threshold shift or recalibrate."),
    QT_TRANSLATE_NOOP("rooms", "Not clearly: {figure}; the interval reaches beyond {n1} to {n2}."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "In the average admission {n1} of the recommended drugs were ordered and {n2} of the ordered "
        "drugs were recommended; the lists overlap by {n3} (Jaccard, {n4} to {n5}).",
    ),
    QT_TRANSLATE_NOOP("rooms", "Jaccard {n1} ({n2} to {n3}) against {rival}, the strongest simple model"),
    QT_TRANSLATE_NOOP("rooms", "Yes: {figure} fitted on your own admissions."),
    QT_TRANSLATE_NOOP("rooms", "No: {figure} fitted on your own admissions."),
    QT_TRANSLATE_NOOP("rooms", "Not shown: {figure} fitted on your own admissions; the interval holds zero."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "calibration slope {n1} ({n2} to {n3}), {n4} orders observed for each one expected, mean gap {n5}",
    ),
    QT_TRANSLATE_NOOP("rooms", "Not as they are: {figure}. Adapt it to this hospital."),
    QT_TRANSLATE_NOOP("rooms", "With care: {figure}."),
    QT_TRANSLATE_NOOP("rooms", "Yes: {figure}."),
    QT_TRANSLATE_NOOP("rooms", "No: {figure}."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{n1} of the ordered ingredients ({n2} to {n3}) are candidates of the model; the others can "
        "never be recommended and are left out of the comparison.",
    ),
    QT_TRANSLATE_NOOP("rooms", "No group of the {n1} compared agrees clearly less than the other admissions."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{n1} of {n2} groups agree less than the other admissions (Jaccard difference): {groups}. "
        "With this many comparisons about one in forty would look so by chance.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Visit mean: mean over admissions (as LAMO and FLAME report). Patient mean: mean over "
        "patients of the mean over their admissions (SafeDrug family). Micro: counts pooled over all "
        "admissions and drugs; the micro DDI rate is the pooled rate. The DDI rate counts the pairs of {source} "
        "alone; safety findings use further, larger tables.",
    ),
    QT_TRANSLATE_NOOP("rooms", "Those counted fewer than {n1} times, and all beyond the first {n2}, are pooled."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Groups of fewer than {n1} admissions are suppressed. Jaccard, precision, recall and PRAUC "
        "are visit means. A column of dates, hospitals or units shows drift: compare its rows, "
        "coverage included.",
    ),
    QT_TRANSLATE_NOOP("rooms", "Fitted on {n1} admissions, shown on {n2} others; no patient is in both."),
    QT_TRANSLATE_NOOP("rooms", "{n1} drugs ordered in fewer than {n2} admissions"),
    QT_TRANSLATE_NOOP("rooms", "{n1} smaller groups"),
    QT_TRANSLATE_NOOP("rooms", "{n1} others"),
    QT_TRANSLATE_NOOP("rooms", "{n1} other"),
    QT_TRANSLATE_NOOP("rooms", "{n1} of {n2}"),
    QT_TRANSLATE_NOOP("rooms", "site overlay {name}"),
    QT_TRANSLATE_NOOP("rooms", "Where it differs: {what}"),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{n1} admissions of patients that are new since the earlier overlay, each predicted by the new one without its "
        "own patient; {n2} of patients that the earlier one knows are left out.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{n1} admissions of {n2} patients are new to the earlier overlay; comparing it with this one takes {n3} new "
        "patients.",
    ),
    QT_TRANSLATE_NOOP("rooms", "The earlier overlay was made for {package}: the two are not compared."),
    QT_TRANSLATE_NOOP("rooms", "The earlier overlay is a calibration of version 1: the two are not compared."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Which admissions are new to the earlier overlay is not known: patients here have running numbers.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Which admissions are new to the earlier overlay is not known: it was made on another computer, or from "
        "patients without an id that lasts.",
    ),
    QT_TRANSLATE_NOOP("rooms", "these rows alone: {name}"),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{n1} of what was learned is used (rho {n2}): the share with which patients that were held out were predicted "
        "best, drawn to what so many admissions usually bear. 0 is the model as shipped; 1 takes all that these "
        "admissions say.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Each of {n1} admissions is predicted from about {n2} admissions of other patients. All lists are together as "
        "long as the orders.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "Learned from {n1} admissions of {n2} patients. Ratios of odds, all else equal, as far as they are used.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms", "Adapting needs the orders of at least {n1} admissions of {n2} patients; here are {n3} of {n4}."
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "On patients that were held out the model predicts better as it is than adapted to these admissions, so there "
        "is nothing to use; add admissions, or use it as shipped.",
    ),
    QT_TRANSLATE_NOOP("rooms", "{model}, with this site's calibration of {n1}"),
    QT_TRANSLATE_NOOP("rooms", "first {n1} admissions"),
    QT_TRANSLATE_NOOP("rooms", "{n1} years or older"),
    QT_TRANSLATE_NOOP("rooms", "Are the orders those of the first day?"),
    QT_TRANSLATE_NOOP(
        "rooms",
        "No: whole stays are compared with a first-day question. The model answers for the first day, so drugs that "
        "were ordered later count against it. Choose the column that says when an order starts.",
    ),
    QT_TRANSLATE_NOOP("rooms", "whole stays are compared with a first-day question: {why}"),
    QT_TRANSLATE_NOOP("rooms", "dates are read with the day before month: {n1} of {n2} prove it and none contradicts"),
    QT_TRANSLATE_NOOP("rooms", "dates are read with the month before day: {n1} of {n2} prove it and none contradicts"),
    QT_TRANSLATE_NOOP("rooms", "The rows that were not scored are not repeated in this workbook: {why}"),
    QT_TRANSLATE_NOOP(
        "rooms", "{n1} of the {n2} rows that were not scored are not rows of its table, and not repeated."
    ),
    QT_TRANSLATE_NOOP("rooms", "{name} is no longer in {folder}."),
    QT_TRANSLATE_NOOP("rooms", "{name} in {folder} has changed since it was read."),
    QT_TRANSLATE_NOOP("rooms", "The export is on another computer ({place}), which is not asked for it."),
    QT_TRANSLATE_NOOP("rooms", "under {n1}"),
    QT_TRANSLATE_NOOP("rooms", "younger than {n1} years"),
    QT_TRANSLATE_NOOP("rooms", "at least {n1} diagnosis by the index time"),
    QT_TRANSLATE_NOOP("rooms", "at least {n1} diagnoses by the index time"),
    QT_TRANSLATE_NOOP("rooms", "at least {n1} drugs ordered in the label window"),
    QT_TRANSLATE_NOOP("rooms", "header found in row {n1}; the rows above are not read"),
    QT_TRANSLATE_NOOP("rooms", "{n1} more formulas without a stored value, read as empty"),
    QT_TRANSLATE_NOOP("rooms", "{n1} more cells: {what}"),
    QT_TRANSLATE_NOOP("rooms", "There is no file or folder {path}."),
    QT_TRANSLATE_NOOP("rooms", "There is no job file {path}."),
    QT_TRANSLATE_NOOP("rooms", "{file} is damaged and cannot be used as a job file."),
    QT_TRANSLATE_NOOP("rooms", "{file} is open in another program: close it there, or save as {other}."),
    QT_TRANSLATE_NOOP("rooms", "{file} is write-protected: save as {other}."),
    QT_TRANSLATE_NOOP("rooms", "There is no folder {folder} to write {file} to."),
    QT_TRANSLATE_NOOP("rooms", "The disk is full: {file} was not written; free some space or choose another disk."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "{file} cannot be written: it is open in another program or its folder is write-protected; "
        "close it, or save as {other} or in another folder.",
    ),
    QT_TRANSLATE_NOOP("rooms", "{file} cannot be written ({why}): choose another name or folder."),
    QT_TRANSLATE_NOOP("rooms", "{file} was not written ({why}): free some space or choose another disk."),
    QT_TRANSLATE_NOOP("rooms", "{file} is the job itself: choose another name."),
    QT_TRANSLATE_NOOP("rooms", "{file} was made for {model}, not for the model of this job."),
    QT_TRANSLATE_NOOP("rooms", "{folder} is not a model package: it has no manifest.json."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "This job was scored with the model package {model}, which is not on this computer in that "
        "state; put it back where it was to see the results.",
    ),
    QT_TRANSLATE_NOOP(
        "rooms",
        "The model package {model} is of an earlier version of this program, which does not keep its model: what it "
        "scored can be read, but nothing new can be asked of it. Score the export anew for that.",
    ),
    QT_TRANSLATE_NOOP("rooms", "This failed unexpectedly ({place}); nothing was changed."),
    QT_TRANSLATE_NOOP("rooms", "This failed unexpectedly ({place})."),
    QT_TRANSLATE_NOOP(
        "rooms",
        "No admission has both a score and an order of a drug the model knows, so there is nothing to compare.",
    ),
    QT_TRANSLATE_NOOP("rooms", "{name} knows none of the candidate drugs of this job."),
    QT_TRANSLATE_NOOP("rooms", "{n1} could not be deleted. {why}"),
    QT_TRANSLATE_NOOP(
        "rooms",
        "The program's own folder {folder} cannot be used ({why}): "
        "set LAMO_DATA_DIR to a folder that you can write to.",
    ),
    QT_TRANSLATE_NOOP("rooms", "{model}, adapted to {name} ({n1} admissions, {date})"),
    QT_TRANSLATE_NOOP("rooms", "{model}, with this site's calibration of {date}"),
    QT_TRANSLATE_NOOP("rooms", "known from {n1} orders of this hospital alone"),
    QT_TRANSLATE_NOOP("rooms", "fine-tuned on {n1} admissions, recipe {recipe}, with a fitted code model"),
    QT_TRANSLATE_NOOP("rooms", "fine-tuned on {n1} admissions, recipe {recipe}"),
    QT_TRANSLATE_NOOP("rooms", "{encoding}, {sign} between columns"),
    QT_TRANSLATE_NOOP("rooms", "{device}, threads: {n1} ({why})"),
    QT_TRANSLATE_NOOP("rooms", "{device}, threads: {n1}"),
)
