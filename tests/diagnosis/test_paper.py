"""The paper world itself, and the three rules that everything else is modelled on."""

from world import Host, Paper, right, two

from unpend.model.records import Outcome


def test_healthy_domain_has_no_finding_and_asks_nothing_more() -> None:
    paper = Paper(two(right()))
    assert paper.codes() == set()
    assert paper.case().observation.rounds == 1


def test_empty_zone_is_a_missing_record() -> None:
    assert "record-missing" in Paper(two("")).codes()


def test_doubled_names_are_the_cause_and_missing_records_the_consequence() -> None:
    doubled = right().replace(" CNAME", "example.com. CNAME")
    diagnosis = Paper(two(doubled)).diagnosis()
    assert {f.code for f in diagnosis.causes} == {"doubled-zone"}
    assert all("record-missing" in f.consequences for f in diagnosis.causes)


def test_silence_is_not_absence() -> None:
    silent = [Host("ns1.example.com.", does=Outcome.TIMEOUT), Host("ns2.example.com.", does=Outcome.TIMEOUT)]
    assert "record-missing" not in Paper(silent).codes()
