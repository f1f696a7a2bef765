"""What stands at the selector is meant as a key, but no verifier can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim import Problem, problem_of, read
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The key cannot be read", ja="鍵が読み取れません")
SAYS = Text(
    en="The record at {name} is no key that a verifier can use: {why}. Enter the whole value again.",
    ja="{name} のレコードは、検証側で鍵として使えません。{why}。値全体を登録し直してください。",
)
WHY = {
    Problem.TOO_LONG: Text(en="it is far too long", ja="長すぎます"),
    Problem.NOT_TAGS: Text(
        en="it is not a list of tags such as v=DKIM1; p=…", ja="v=DKIM1; p=… のようなタグの並びになっていません"
    ),
    Problem.TWICE: Text(en="a tag stands in it twice", ja="同じタグが 2 回書かれています"),
    Problem.VERSION: Text(
        en="v= has to be the first tag and has to say DKIM1", ja="v= は先頭に置き、値は DKIM1 でなければなりません"
    ),
    Problem.NO_KEY: Text(en="the tag p=, which holds the key, is missing", ja="鍵を入れる p= タグがありません"),
    Problem.KEY_TYPE: Text(
        en="its k= names a key type that verifiers do not know", ja="k= の鍵種別を検証側が認識できません"
    ),
    Problem.BASE64: Text(
        en="p= has characters that are no base64, or too few of them",
        ja="p= に base64 でない文字があるか、文字数が足りません",
    ),
    Problem.ENCODING: Text(
        en="p= is base64, but what it holds is no public key of the type that k= says",
        ja="p= は base64 ですが、中身が k= の種別の公開鍵になっていません",
    ),
    Problem.HASH: Text(en="its h= does not allow SHA-256", ja="h= で SHA-256 が許可されていません"),
    Problem.SERVICE: Text(en="its s= does not allow the use for e-mail", ja="s= でメールでの利用が許可されていません"),
}
LETTERS = Text(
    en="upper-case and lower-case letters of the key were changed, which are different characters in base64",
    ja="鍵の大文字と小文字が変わっています（base64 では別の文字です）",
)


WORDS = Text(
    en="in the place of the key stand words of the instructions ({words})",
    ja="鍵を入れる場所に、手順書の仮の文字列（{words}）が入っています",
)


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    held, wanted = spoilt.key, read(spoilt.wanted)
    if held.material and held.material != wanted.material and held.material.lower() == wanted.material.lower():
        return {"problem": "letter-case", "why": LETTERS}
    if held.is_shape and held.problem is None:
        return {"problem": "words", "why": WORDS.fill(words=held.material)}
    problem = problem_of(held) or Problem.ENCODING
    return {"problem": problem.value, "why": WHY.get(problem, WHY[Problem.ENCODING])}


rule = keyed(Flaw.MALFORMED, TITLE, SAYS, told)
