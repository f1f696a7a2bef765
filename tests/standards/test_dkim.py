"""Key records as they are heard: the tag-list, the key in it, what two spellings have in common, and the accidents."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from unpend.lab.words import KEY, OTHER_KEY
from unpend.standards.dkim import LONGEST, Problem, bits, lacking, problem_of, read, same_key, too_weak, whole
from unpend.standards.dkim_flaws import Flaw, flaw_of

WHOLE = f"v=DKIM1; k=rsa; {KEY}"
WEAK = (
    "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMCFeLTnggkqWkUUQgMTApEytP/MiYteIqhfL5iIGVZCsaDdsHdF0Fv954F+gp9woiodamubtjnwyQDM"
    "aRgqdvkCAwEAAQ=="
)
SHAPE = "p=customerProvidedPublicKey"
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
RAW = "k=ed25519; p=" + base64.b64encode(ED25519.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


@pytest.mark.parametrize(
    "other",
    [
        KEY,
        f"k=rsa; {KEY};",
        f"v=DKIM1;k=rsa;t=s;n=a note;{KEY}",
        f"v = DKIM1 ; {KEY[:80]} {KEY[80:]}",
        f"v=DKIM1;\\009h=sha1:sha256; s=email; {KEY[:99]}\\013\\010 {KEY[99:]}",
        f"v=DKIM1; g=*; x=unknown; {KEY}",
    ],
)
def test_the_same_key_in_other_words(other: str) -> None:
    assert same_key(WHOLE, other)
    assert flaw_of([(other,)], WHOLE) is None


@pytest.mark.parametrize(
    "other",
    [
        f"v=DKIM1; {OTHER_KEY}",
        f"v=DKIM2; {KEY}",
        f"k=rsa; v=DKIM1; {KEY}",
        f"h=sha1; {KEY}",
        f"s=tlsrpt; {KEY}",
        f"k=ed25519; {KEY}",
        f"{KEY}; {KEY}",
        KEY[:-4],
        KEY.lower(),
        "p=",
        "",
    ],
)
def test_another_key(other: str) -> None:
    assert not same_key(WHOLE, other)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (WHOLE, None),
        (RAW, None),
        ("v=DKIM1; p=", Problem.REVOKED),
        ("v=DKIM1; k=rsa", Problem.NO_KEY),
        (f"V=DKIM1; P={KEY[2:]}", Problem.NO_KEY),
        (KEY[2:], Problem.NOT_TAGS),
        (f"v=DKIM1 k=rsa {KEY}", Problem.VERSION),
        (f"{KEY}; p=x", Problem.TWICE),
        (f"k=dsa; {KEY}", Problem.KEY_TYPE),
        ("p=MIIB*", Problem.BASE64),
        ("p=AAAA", Problem.ENCODING),
        ("k=ed25519; p=AAAA", Problem.ENCODING),
        (f"h=sha1; {KEY}", Problem.HASH),
        (f"s=tlsrpt; {KEY}", Problem.SERVICE),
        ("p=" + "A" * LONGEST, Problem.TOO_LONG),
    ],
)
def test_why_a_record_cannot_be_used(content: str, problem: Problem | None) -> None:
    assert problem_of(read(content)) is problem


@pytest.mark.parametrize("size", [1024, 2048])
def test_the_size_of_a_key(size: int) -> None:
    public = rsa.generate_private_key(65537, size).public_key()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        key = read("p=" + base64.b64encode(public.public_bytes(Encoding.DER, form)).decode())
        assert (bits(key), too_weak(key)) == (size, False)
    assert too_weak(read(WEAK))
    assert bits(read(RAW)) == 256


@given(st.integers(10, len(KEY) - 3))
def test_however_a_key_is_cut_it_says_so_itself(length: int) -> None:
    cut = KEY[: 2 + length]
    assert lacking(read(cut).material) > 0 or length >= len(KEY) - 2
    assert flaw_of([(cut,)], SHAPE) is Flaw.TRUNCATED


@given(st.integers(1, 250), st.integers(1, 250))
def test_parts_in_any_order_are_put_together(first: int, second: int) -> None:
    a, b = sorted((first, first + second))
    parts = [WHOLE[:a], WHOLE[a:b], WHOLE[b:]]
    assert whole([parts[2], parts[0], parts[1]]) in {None, WHOLE, *_orders(parts)}


def _orders(parts: list[str]) -> set[str]:
    """Other orders of the parts that happen to say the same key, its tags in another order."""
    return {"".join(p) for p in ([parts[1], parts[0], parts[2]], [parts[1], parts[2], parts[0]])}


@given(st.text(max_size=400), st.lists(st.text(max_size=60), max_size=7))
def test_nothing_that_a_zone_can_hold_breaks_it(content: str, strings: list[str]) -> None:
    problem_of(read(content))
    lacking(read("p=" + content).material)
    flaw_of([strings, (content,)], WHOLE)
    flaw_of([strings], content)
    assert not same_key(content, WHOLE) or KEY[2:] in content.replace(" ", "")


E1, E2 = WHOLE[:255], WHOLE[255:]


@pytest.mark.parametrize(
    ("records", "flaw"),
    [
        ([(E1,)], Flaw.TRUNCATED),
        ([(E1,), (E2,)], Flaw.IN_TWO_RECORDS),
        ([(E2,), (E1,)], Flaw.IN_TWO_RECORDS),
        ([(WHOLE[:90],), (WHOLE[200:],), (WHOLE[90:200],)], Flaw.IN_TWO_RECORDS),
        ([(E2, E1)], Flaw.STRINGS_OUT_OF_ORDER),
        ([("k=rsa",)], Flaw.CUT_AT_SEMICOLON),
        ([("v=DKIM1; k=rsa;",)], Flaw.CUT_AT_SEMICOLON),
        ([("k=rsa",), (KEY,)], Flaw.CUT_AT_SEMICOLON),
        ([("v=DKIM1",), (KEY,), ("k=rsa",)], Flaw.CUT_AT_SEMICOLON),
        ([(WHOLE.replace(";", "\\;"),)], Flaw.ESCAPED),
        ([('\\"' + WHOLE + '\\"',)], Flaw.ESCAPED),
        ([('"' + WHOLE + '"',)], Flaw.QUOTED),
        ([(E1 + '" "' + E2,)], Flaw.QUOTED),
        ([(f"v=DKIM1; {OTHER_KEY}",)], Flaw.MISMATCH),
        ([(WEAK,)], Flaw.MISMATCH),
        ([("v=DKIM1; p=",)], Flaw.REVOKED),
        ([(WHOLE.lower(),)], Flaw.MALFORMED),
        ([(KEY[2:],)], Flaw.MALFORMED),
        ([(WHOLE,), (OTHER_KEY,)], None),
        ([("google-site-verification=abc",)], None),
        ([("tok.dkim.amazonses.com",)], None),
    ],
)
def test_each_accident_has_its_own_name(records: list[tuple[str, ...]], flaw: Flaw | None) -> None:
    assert flaw_of(records, WHOLE) is flaw


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (WHOLE, None),
        (RAW, None),
        (WEAK, Flaw.TOO_WEAK),
        (SHAPE, Flaw.MALFORMED),
        ("words", Flaw.MALFORMED),
        (E1, Flaw.TRUNCATED),
    ],
)
def test_where_only_the_shape_is_known(content: str, flaw: Flaw | None) -> None:
    assert read(SHAPE).is_shape
    assert flaw_of([(content,)], SHAPE) is flaw
