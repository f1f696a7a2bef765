"""The bulk look-up: the fast verdict of very many domains (docs/performance.md has its figures).

The first of the two steps of a scan. It asks one question per wanted record and decodes no more of the answer than
the verdict needs; what is not all right goes to the deep diagnosis (`observer.look`).
"""

from unpend.observer.bulk.look_up import look_up, look_up_in_batches
from unpend.observer.bulk.processes import many_processes
from unpend.observer.bulk.settings import UNLIMITED, BulkSettings
from unpend.observer.bulk.subject import Fast, FastVerdict, Seen, Sought, Subject, dkim_subject, sought_of, subject_of

__all__ = [
    "UNLIMITED",
    "BulkSettings",
    "Fast",
    "FastVerdict",
    "Seen",
    "Sought",
    "Subject",
    "dkim_subject",
    "look_up",
    "look_up_in_batches",
    "many_processes",
    "sought_of",
    "subject_of",
]
