"""Why a person should look at a plan, or has to act."""

from __future__ import annotations

from unpend.model.text import Text

FOREIGN = Text(
    en="{name} {type} belongs to {owner}. Make sure that nobody needs it there any more before it is changed or deleted.",
    ja="{name} の {type} は {owner} のレコードです。変更・削除する前に、もう使われていないことを確認してください。",
)
UNKNOWN_OWNER = Text(
    en="Whose {type} record {name} is cannot be told from DNS ({values}). Make sure that nobody needs it before it is "
    "changed or deleted.",
    ja="{name} の {type}（{values}）を誰が使っているのか、DNS だけでは分かりません。変更・削除する前に、使われていないことを"
    "確認してください。",
)
APEX = Text(
    en="{type} records stand at the top of the zone {name}, where other things depend on them. Look before they are deleted.",
    ja="{type} レコードがゾーンの頂点 {name} にあり、ほかの用途に影響する可能性があります。削除する前に確認してください。",
)
WILDCARD = Text(
    en="{name} {type} is a wildcard: it answers for many names. Look before it is deleted.",
    ja="{name} の {type} はワイルドカードで、ほかの多くの名前にも応答しています。削除する前に確認してください。",
)
SUB_TREE = Text(
    en="The DNAME at {name} redirects every name below it. Look whether anything needs that before it is deleted.",
    ja="{name} の DNAME は配下のすべての名前を転送しています。削除する前に、必要としているものがないか確認してください。",
)
MERGED_SPF = Text(
    en="{name} already has an SPF record, and there can be only one. The plan adds what is missing to it and keeps the rest.",
    ja="{name} にはすでに SPF レコードがあり、SPF は 1 つしか置けません。既存の内容を残したまま、不足分だけを書き足します。",
)
DROPPED_TERMS = Text(
    en="Terms that SPF does not know are left out at {name}, since each of them makes the record void: {terms}",
    ja="{name} の SPF では、レコード全体を無効にしてしまう誤った記述を取り除きます: {terms}",
)
TOO_MANY_LOOKUPS = Text(
    en="With what is added the SPF record of {name} would take {count} look-ups; receivers stop at {most}. Remove what is not used any more.",
    ja="追加後の {name} の SPF レコードは DNS 参照が {count} 回必要になり、上限の {most} 回を超えます。使っていない記述を削除してください。",
)
ANOTHER_POLICY = Text(
    en="{name} already has a record of this kind with other content ({values}), and there can be only one. It is replaced.",
    ja="{name} には同じ種類のレコードが別の内容（{values}）で登録されており、1 つしか置けません。このレコードを置き換えます。",
)
CNAME_AT_APEX = Text(
    en="A CNAME cannot stand at {name}: it is the top of a zone, which needs SOA and NS records there. Choose another name "
    "at the mail provider, or take the delegation of {name} back.",
    ja="{name} はゾーンの頂点で、SOA と NS レコードが必要なため、CNAME を置けません。メールサービス側で別の名前を選ぶか、"
    "{name} の委任を取り消してください。",
)
OWN_KEY = Text(
    en="The key of {name} is yours, and the provider does not show it: publish there one TXT record with p= and the public key, in base64 "
    "without line breaks, that belongs to the private key which you gave to the provider.",
    ja="{name} の鍵はお客様ご自身のもので、事業者の画面には表示されません。事業者に渡した秘密鍵と対になる公開鍵を、改行のない base64 で p= に続けて書き、TXT レコード 1 件として"
    "登録してください。",
)
PUBLISH_SHOWN = Text(
    en="Publish at {name} the {type} record that your mail provider's panel shows ({where}); its value has the form {form}.",
    ja="メール配信サービスの画面（{where}）に表示されている {type} レコードを、{name} に登録してください。値の形式: {form}",
)
UNCONFIRMED = Text(
    en="That the provider wants {name} {type} with this value is not confirmed: compare it with what its panel shows before you change anything.",
    ja="事業者が {name} の {type} にこの値を求めるかどうかは未確認です。変更する前に、事業者の画面の表示と照合してください。",
)
UNSEEN = Text(
    en="No server told what {zone} holds, so nothing is planned in it. Check again when its servers answer.",
    ja="{zone} の内容をどのサーバーからも確認できなかったため、このゾーンの変更は計画していません。応答するようになったら、"
    "もう一度確認してください。",
)
TWO_COPIES = Text(
    en="{zone} is served by two hosts: make the same change at both.",
    ja="{zone} は 2 か所の DNS サービスで公開されています。同じ変更を両方で行ってください。",
)
NOT_EDITABLE = Text(
    en="{servers} serve only the registrar's default page. Records cannot be entered there.",
    ja="{servers} はレジストラの初期設定ページ専用で、レコードを登録できません。",
)
INSTEAD = Text(
    en="Instead of these changes it is also possible to do this: {instructions}",
    ja="この変更の代わりに、次の方法もあります。{instructions}",
)
BY_A_PERSON = Text(
    en="A person has to act outside the zone, for {target}: no edit of its records does that.",
    ja="{target} について、レコードの編集以外の作業を人が行う必要があります。",
)
REMOVE_BY_HAND = Text(
    en="In the zone {zone}, look at the {type} records of {name} and delete them only if nothing else needs them: {values}",
    ja="ゾーン {zone} で {name} の {type} レコードを確認し、ほかに使われていない場合だけ削除してください: {values}",
)
