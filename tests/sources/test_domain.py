from __future__ import annotations

import pytest

from unpend.model.errors import DomainError
from unpend.sources import domain_texts as say
from unpend.sources import read_domain


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("example.com", "example.com.", None),
        ("example.com.", "example.com.", None),
        ("  example.com\n", "example.com.", None),
        ("\u200bexample.com\ufeff", "example.com.", None),
        ("“example.com”", "example.com.", None),
        ("Example.COM", "example.com.", say.UPPER_CASE),
        ("https://example.com/path?x=1#y", "example.com.", say.FROM_URL),
        ("HTTPS://user:pw@mail.example.com/", "mail.example.com.", say.FROM_URL),
        ("example.com/path", "example.com.", say.FROM_URL),
        ("user@example.com", "example.com.", say.FROM_MAIL),
        ("mailto:user@example.com", "example.com.", say.FROM_MAIL),
        ("<user@example.com>", "example.com.", say.FROM_MAIL),
        ("@example.com", "example.com.", say.LEADING_AT),
        ("example.com:25", "example.com.", say.PORT),
        ("www.example.com", "www.example.com.", say.WWW),
        ("日本語。ドメイン名例。ＪＰ", "xn--wgv71a119e.xn--eckwd4c7cu47r2wf.jp.", say.INTERNATIONAL),
        ("bücher.example", "xn--bcher-kva.example.", say.INTERNATIONAL),
        ("faß.de", "xn--fa-hia.de.", say.INTERNATIONAL),
        ("ＥＸＡＭＰＬＥ．ｃｏｍ", "example.com.", None),
        ("xn--wgv71a119e.jp", "xn--wgv71a119e.jp.", None),
        ("xn--i-7iq.ws", "xn--i-7iq.ws.", None),
        ("mail.example.co.jp", "mail.example.co.jp.", None),
        ("example.github.io", "example.github.io.", None),
        ("github.io", "github.io.", None),
        ("unpend.test", "unpend.test.", None),
        ("a" * 63 + ".com", "a" * 63 + ".com.", None),
    ],
)
def test_what_was_meant(text: str, name: str, note: object) -> None:
    read = read_domain(text)
    assert read.name == name
    templates = [n.en for n in read.notes]
    assert templates == ([] if note is None else [note.en])  # type: ignore[attr-defined]
    for n in read.notes:
        assert n.of("en")
        assert n.of("ja")


@pytest.mark.parametrize(
    ("text", "shown", "registrable"),
    [
        ("xn--wgv71a119e.jp", "日本語.jp", "xn--wgv71a119e.jp."),
        ("a.b.example.co.jp", "a.b.example.co.jp", "example.co.jp."),
        ("x.github.io", "x.github.io", "github.io."),
        ("a.b.unpend.test", "a.b.unpend.test", "unpend.test."),
        ("city.kawasaki.jp", "city.kawasaki.jp", "city.kawasaki.jp."),
    ],
)
def test_shown_and_registrable(text: str, shown: str, registrable: str) -> None:
    read = read_domain(text)
    assert (read.shown, read.registrable) == (shown, registrable)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", say.EMPTY),
        ("   ", say.EMPTY),
        ("\u200b", say.EMPTY),
        ("localhost", say.SINGLE_LABEL),
        ("日本語", say.SINGLE_LABEL),
        ("com", say.PUBLIC_SUFFIX),
        ("co.jp", say.PUBLIC_SUFFIX),
        ("CO.UK.", say.PUBLIC_SUFFIX),
        ("192.0.2.1", say.IP_ADDRESS),
        ("999.1.1.1", say.IP_ADDRESS),
        ("http://192.0.2.1/", say.IP_ADDRESS),
        ("user@[192.0.2.1]", say.IP_ADDRESS),
        ("2001:db8::1", say.IP_ADDRESS),
        ("[2001:db8::1]", say.IP_ADDRESS),
        ("https://[2001:db8::1]:443/", say.IP_ADDRESS),
        ("a..b", say.EMPTY_LABEL),
        (".example.com", say.EMPTY_LABEL),
        ("example.com..", say.EMPTY_LABEL),
        ("a。。b", say.EMPTY_LABEL),
        ("a" * 64 + ".com", say.LONG_LABEL),
        ("例" * 60 + ".jp", say.LONG_LABEL_OR_NAME),
        (("a" * 60 + ".") * 5 + "com", say.TOO_LONG),
        ("a" * 5000, say.TOO_LONG),
        ("exa mple.com", say.BAD_CHARACTERS),
        ("example,com.de", say.BAD_CHARACTERS),
        ("-example.com", say.BAD_CHARACTERS),
        ("example.com;rm -rf", say.BAD_CHARACTERS),
        ("*.example.com", say.BAD_CHARACTERS),
        ("\x00.example.com", say.BAD_CHARACTERS),
        ("☃.com", say.NOT_IDNA),
        ("foo_bar.com", say.UNDERSCORE),
        ("tok._domainkey.example.com", say.RECORD_NAME),
        ("tok_domainkey.example.co.jp", say.RECORD_NAME),
        ("_dmarc.example.com", say.RECORD_NAME),
        ("@", say.NO_NAME),
        ("user@", say.NO_NAME),
        ("https://", say.NO_NAME),
    ],
)
def test_refused(text: str, why: object) -> None:
    with pytest.raises(DomainError) as caught:
        read_domain(text)
    assert caught.value.message.en == why.en  # type: ignore[attr-defined]
    assert caught.value.hint is not None
    for said in (caught.value.message, caught.value.hint):
        assert said.of("en")
        assert said.of("ja")


def test_a_record_name_says_which_domain_is_meant() -> None:
    with pytest.raises(DomainError) as caught:
        read_domain("tok._domainkey.mail.example.com")
    assert caught.value.hint is not None
    assert "mail.example.com" in caught.value.hint.of("ja")
