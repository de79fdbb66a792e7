"""The emoji that the workspace knows, by Slack's short names.

Fewer than Slack has: a name outside this table is refused as ``invalid_name``.
"""

from __future__ import annotations

import re

_TABLE = """
grinning 😀 smile 😄 grin 😁 joy 😂 sweat_smile 😅 wink 😉 blush 😊 innocent 😇
heart_eyes 😍 sunglasses 😎 thinking_face 🤔 neutral_face 😐 sleeping 😴 confused 😕
cry 😢 sob 😭 scream 😱 rage 😡 face_palm 🤦 shrug 🤷 exploding_head 🤯 partying_face 🥳
robot_face 🤖 ghost 👻 skull 💀 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏
raised_hands 🙌 pray 🙏 wave 👋 muscle 💪 eyes 👀 point_up ☝️ point_right 👉
point_left 👈 point_down 👇 raised_hand ✋ handshake 🤝 writing_hand ✍️ heart ❤️
broken_heart 💔 sparkles ✨ star ⭐ boom 💥 fire 🔥 droplet 💧 zap ⚡ snowflake ❄️
sunny ☀️ cloud ☁️ umbrella ☔ rainbow 🌈 ocean 🌊 tada 🎉 confetti_ball 🎊 trophy 🏆
medal 🏅 dart 🎯 rocket 🚀 ambulance 🚑 fire_engine 🚒 police_car 🚓 construction 🚧
rotating_light 🚨 vertical_traffic_light 🚦 traffic_light 🚥 bell 🔔 no_bell 🔕 mega 📣
loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 white_check_mark ✅
heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎
question ❓ grey_question ❔ exclamation ❗ grey_exclamation ❕
heavy_exclamation_mark ❗ bangbang ‼️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫
octagonal_sign 🛑 sos 🆘 recycle ♻️ red_circle 🔴 large_orange_circle 🟠
large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪
black_circle ⚫ arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️
arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ pause_button ⏸️ stop_button ⏹️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ clock1 🕐
calendar 📅 date 📅 spiral_calendar_pad 🗓️ pushpin 📌 round_pushpin 📍 paperclip 📎
link 🔗 lock 🔒 unlock 🔓 key 🔑 bulb 💡 wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️
gear ⚙️ mag 🔍 microscope 🔬 bug 🐛 computer 💻 desktop_computer 🖥️ keyboard ⌨️
iphone 📱 telephone_receiver 📞 phone ☎️ email ✉️ envelope ✉️ incoming_envelope 📨
inbox_tray 📥 outbox_tray 📤 package 📦 memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋
page_facing_up 📄 page_with_curl 📃 notebook 📓 books 📚 book 📖 open_book 📖
newspaper 📰 bookmark 🔖 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉
bar_chart 📊 file_folder 📁 card_index 📇 wastebasket 🗑️ floppy_disk 💾 electric_plug 🔌
battery 🔋 satellite_antenna 📡 shield 🛡️ crossed_swords ⚔️ fire_extinguisher 🧯
firefighter 🧑‍🚒 helmet_with_white_cross ⛑️ helicopter 🚁 airplane ✈️ ship 🚢 anchor ⚓
coffee ☕ tea 🍵 beer 🍺 pizza 🍕 cake 🍰 apple 🍎 seedling 🌱 evergreen_tree 🌲
four_leaf_clover 🍀 dog 🐶 cat 🐱 unicorn_face 🦄 turtle 🐢 snail 🐌 bee 🐝 crab 🦀
octopus 🐙 whale 🐳 penguin 🐧 owl 🦉 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣
hash #️⃣ 100 💯 new 🆕 ok 🆗 up 🆙 soon 🔜 end 🔚 back 🔙 house 🏠 office 🏢 hospital 🏥
globe_with_meridians 🌐 earth_africa 🌍 moon 🌙 crescent_moon 🌙 checkered_flag 🏁
triangular_flag_on_post 🚩 white_flag 🏳️ ticket 🎫 gift 🎁 balloon 🎈 crystal_ball 🔮
"""

_WORDS = _TABLE.split()
EMOJI: dict[str, str] = {
    **dict(zip(_WORDS[::2], _WORDS[1::2], strict=True)),
    "information_source": "\u2139\ufe0f",
    "heavy_plus_sign": "\u2795",
    "heavy_minus_sign": "\u2796",
}
# The first name of a character is the one that Slack gives back for it.
SHORT_NAMES: dict[str, str] = {char: name for name, char in reversed(EMOJI.items())}
_CHARACTERS = re.compile(
    "|".join(re.escape(char) for char in sorted(SHORT_NAMES, key=len, reverse=True))
)


def is_known(name: str) -> bool:
    """Whether a reaction may have this name; a skin tone may follow ``::``."""
    base, _, tone = name.partition("::")
    return base in EMOJI and (not tone or tone in {f"skin-tone-{n}" for n in range(2, 7)})


def to_short_names(text: str) -> str:
    """Characters as Slack stores them: ``🔥`` -> ``:fire:``."""
    return _CHARACTERS.sub(lambda match: f":{SHORT_NAMES[match.group()]}:", text)
