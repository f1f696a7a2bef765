"""What is said about a domain that was typed."""

from __future__ import annotations

from unpend.model.text import Text

EMPTY = Text(en="No domain was given.", ja="ドメインが入力されていません。")
EMPTY_HINT = Text(
    en="Give the domain you send mail from, for example example.com.",
    ja="メールの送信に使うドメインを指定してください。例: example.com",
)
TYPE_IT = Text(
    en="Give only the domain you send mail from, for example example.com.",
    ja="メールの送信に使うドメインだけを指定してください。例: example.com",
)
TOO_LONG = Text(
    en="This is {length} characters long; a domain name has at most 253.",
    ja="入力が {length} 文字あります。ドメイン名は 253 文字までです。",
)
LONG_LABEL = Text(
    en="The part {label} is {length} characters long; each part between two dots has at most 63.",
    ja="{label} の部分が {length} 文字あります。ドット（.）で区切られた各部分は 63 文字までです。",
)
LONG_LABEL_OR_NAME = Text(
    en="{name} is too long: a part between two dots has at most 63 characters, the whole name 253.",
    ja="{name} は長すぎます。ドット（.）で区切られた各部分は 63 文字まで、全体では 253 文字までです。",
)
NO_NAME = Text(en="There is no domain in {given}.", ja="{given} にはドメインが含まれていません。")
EMPTY_LABEL = Text(
    en="{name} has two dots in a row, or a dot at the start.",
    ja="{name} には連続したドット（..）または先頭のドットがあります。",
)
EMPTY_LABEL_HINT = Text(en="Remove the surplus dot.", ja="余分なドットを取り除いてください。")
BAD_CHARACTERS = Text(
    en="{name} is not a domain name: the part {label} cannot be used in one.",
    ja="{name} はドメイン名ではありません。{label} の部分はドメイン名に使えません。",
)
NOT_IDNA = Text(
    en="{name} cannot be written as an internationalised domain name (IDNA 2008).",
    ja="{name} は国際化ドメイン名（IDNA 2008）として表せません。",
)
NOT_IDNA_HINT = Text(
    en="If the domain is registered, give its Punycode form, which starts with xn--.",
    ja="登録済みのドメインであれば、xn-- で始まる Punycode 表記で指定してください。",
)
IP_ADDRESS = Text(en="{given} is an IP address, not a domain.", ja="{given} は IP アドレスで、ドメインではありません。")
IP_ADDRESS_HINT = Text(
    en="Verification is about the domain after the @ of your sender address.",
    ja="検証の対象は、差出人アドレスの @ より後ろのドメインです。",
)
RECORD_NAME = Text(
    en="{name} is the name of a DNS record, not a sending domain.",
    ja="{name} は DNS レコードの名前で、送信ドメインではありません。",
)
RECORD_NAME_HINT = Text(en="The domain meant is {domain}.", ja="対象のドメインは {domain} です。")
UNDERSCORE = Text(
    en="{name} has an underscore, which a sending domain cannot have.",
    ja="{name} にはアンダースコア（_）があります。送信ドメインには使えません。",
)
SINGLE_LABEL = Text(
    en="{name} has no dot, so it is not a complete domain.",
    ja="{name} にはドット（.）がないため、完全なドメイン名ではありません。",
)
SINGLE_LABEL_HINT = Text(
    en="Give the whole domain, for example {name}.com or {name}.jp.",
    ja="{name}.com や {name}.jp のように、ドメイン全体を指定してください。",
)
PUBLIC_SUFFIX = Text(
    en="{name} is a public suffix, under which domains are registered; nobody can verify it.",
    ja="{name} はドメインの登録先となる公開サフィックスで、個人や組織が検証できるドメインではありません。",
)
PUBLIC_SUFFIX_HINT = Text(
    en="Give the domain that is registered under it, for example example.{name}.",
    ja="その下に登録されたドメインを指定してください。例: example.{name}",
)
FROM_URL = Text(en="A URL was given; its host name is used.", ja="URL が入力されたため、そのホスト名を使います。")
FROM_MAIL = Text(
    en="An e-mail address was given; the domain after the @ is used.",
    ja="メールアドレスが入力されたため、@ より後ろのドメインを使います。",
)
LEADING_AT = Text(en="The leading @ was left out.", ja="先頭の @ を取り除きました。")
PORT = Text(en="The port number was left out.", ja="ポート番号を取り除きました。")
UPPER_CASE = Text(
    en="Upper case makes no difference in a domain; lower case is used.",
    ja="ドメイン名では大文字と小文字が区別されないため、小文字で扱います。",
)
INTERNATIONAL = Text(
    en="In DNS and at the mail provider this domain is written {name}.",
    ja="このドメインは、DNS とメール配信サービスでは {name} と表記します。",
)
WWW = Text(
    en="{name} is checked as given, but a sending domain is normally {bare}, without www.",
    ja="{name} をそのまま調べますが、送信ドメインは通常 www を付けない {bare} です。",
)
