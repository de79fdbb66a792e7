"""A keyword is a whole word, in scripts that have a space between words."""

from __future__ import annotations

import pytest

from response.slack.keywords import is_said


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("db", "The DB is down"),
        ("db", "db"),
        ("db", "db's disk, (db)"),
        ("don't panic", "please, DON'T  PANIC!"),
        ("500", "a 500, again"),
        (":fire:", "so much :fire:!"),
        (":fire:", ":fire::fire:"),
        ("🔥", "disk 🔥 full"),
        ("c++", "all in c++ here"),
        ("сбой", "опять сбой!"),
        ("تعطل", "هل تعطل النظام"),
        ("障害", "本番で障害が発生しました"),
        ("障害", "障害"),
        ("サーバー", "本番サーバーが落ちた"),
        ("数据库", "主数据库挂了"),
        ("장애", "서버에 장애가 났어요"),
        ("รายงาน", "ส่งรายงานแล้ว"),
        ("ล่ม", "ระบบล่มแล้ว"),
        ("ແຈ້ງ", "ຂໍແຈ້ງເຫດ"),
        ("រាយការណ៍", "សូមរាយការណ៍ភ្លាម"),
        ("ပျက်", "စနစ်ပျက်နေတယ်"),
        ("𠮷野家", "今日の𠮷野家は"),
        # Of two scripts: each end by its own, and so is what stands beside it.
        ("db", "本番でdbが"),
        ("db", "서버DB가"),
        ("db", "ระบบdbล่ม"),
        ("db障害", "また db障害です"),
        ("障害db", "本番障害db down"),
        ("db 障害", "本番db 障害です"),
        ("障害", "db障害2"),
    ],
)
def test_it_is_said(keyword: str, text: str):
    assert is_said(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("db", "feedback"),
        ("db", "db2 and my_db"),
        ("db", "édb"),
        ("db", "\uff44db"),
        ("500", "15000"),
        ("сбой", "сбойный"),
        (":fire:", "a:fire:b"),
        ("db障害", "feeddb障害"),
        ("障害db", "障害dbs"),
        ("障害", "障 害"),
        ("本番", "ほんばん"),
    ],
)
def test_a_part_of_a_word_is_not(keyword: str, text: str):
    assert not is_said(keyword, text)
