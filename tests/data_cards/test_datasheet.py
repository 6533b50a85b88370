"""The datasheet. After a wanted change: `TWOKEYS_GOLDEN=1 pytest tests/data_cards/test_datasheet.py`, read the diff."""

from __future__ import annotations

import json
import os
import re

import pytest

from twokeys.data_cards.datasheet import datasheet, missing
from twokeys.data_cards.manifest import Manifest, Step
from twokeys.data_cards.questions import SECTIONS, checked, questions, unanswered

REQUIRED = [
    "motivation.purpose",
    "motivation.creators",
    "composition.confidential",
    "composition.offensive",
    "composition.people",
    "collection.acquired",
    "distribution.restrictions",
    "maintenance.maintainer",
    "maintenance.contact",
]
ABOUT_PEOPLE = ["composition.identification", "composition.sensitive", "collection.consent"]


def saying(manifest: Manifest, answers) -> Manifest:
    return manifest.model_copy(update={"recipe": manifest.recipe | {"datasheet": checked(answers)}})


def test_the_datasheet_is_the_golden_datasheet(manifest, golden_datasheet):
    text = datasheet(manifest)
    if os.environ.get("TWOKEYS_GOLDEN"):
        golden_datasheet.write_text(text, encoding="utf-8")
    assert golden_datasheet.read_text(encoding="utf-8") == text


def test_the_published_manifest_gives_the_same_bytes(manifest):
    body = json.loads(manifest.text())
    del body["digest"]
    assert list(body["configs"]) != list(manifest.configs)
    assert datasheet(manifest) == datasheet(Manifest.model_validate(body))


def test_it_has_the_seven_sections_and_every_question_in_order(manifest):
    text = datasheet(manifest)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "Motivation",
        "Composition",
        "Collection process",
        "Preprocessing, cleaning and labelling",
        "Uses",
        "Distribution",
        "Maintenance",
    ]
    asked = re.findall(r"^\*\*(.*\?)\*\*$", text, re.MULTILINE)
    comments = {q.text for q in questions() if q.key.endswith(".comments")}
    assert [text for text in asked if text not in comments] == [
        q.text for section in SECTIONS.values() for q in section if q.text not in comments
    ]


def test_facts_are_those_of_the_manifest(manifest):
    text = datasheet(manifest)
    for rule in manifest.rules:
        assert f"Rule {rule.id} dropped {rule.dropped:,}: {rule.summary}." in text
    for source in manifest.sources:
        assert f"{source.name}, revision {source.revision}: " in text
        assert f"{source.name}: {source.license}, http" in text
    ceiling = manifest.after.ceiling("question")
    assert f"({ceiling.right:,} of {ceiling.items:,})" in text
    assert "Step largest balanced subset: removed 16,752, 20,804 remain." in text
    assert "question.tfidf" in text


def test_a_step_that_added_items_says_so(manifest):
    step = Step(stage="pair", name="counterfactuals", added=1_200, removed=34, left=38_722)
    text = datasheet(manifest.model_copy(update={"funnel": [step]}))
    assert "\n* *Build:* Step counterfactuals: added 1,200, removed 34, 38,722 remain.\n" in text


def test_a_build_that_kept_nothing_has_a_datasheet_too(nothing_kept):
    assert "the balanced tier holds 0 of 50,227 rows" in datasheet(nothing_kept)


def test_what_is_required_depends_on_whether_it_relates_to_people():
    assert [q.key for q in unanswered({})] == REQUIRED
    some = {"composition": {"people": True}}
    assert {q.key for q in unanswered(checked(some))} == {*REQUIRED, *ABOUT_PEOPLE} - {"composition.people"}
    none = {"composition": {"people": False}}
    assert {q.key for q in unanswered(checked(none))} == set(REQUIRED) - {"composition.people"}


def test_an_answer_of_blanks_is_none(manifest):
    assert "motivation.purpose" in {q.key for q in unanswered(checked({"motivation": {"purpose": " \n"}}))}
    said = saying(manifest, {})
    assert "\n**Required questions that are not answered yet: 8.**\n" in datasheet(said)
    assert "*Not answered: this is required.*" in datasheet(said)


def test_authors_of_the_recipe_answer_who_made_it_unless_the_answers_do(manifest):
    assert [q.key for q in missing(manifest)] == ["maintenance.maintainer"]
    assert "Roe, Rita; The Example Group" in datasheet(manifest)
    assert "motivation.creators" in {q.key for q in missing(manifest.model_copy(update={"authors": []}))}
    said = saying(manifest, {"motivation": {"creators": "Ada alone."}})
    assert "Ada alone." in datasheet(said)
    assert "Rita;" not in datasheet(said)


def test_people_come_before_the_build(manifest):
    text = datasheet(saying(manifest, {"composition": {"errors": "Two typing errors."}}))
    assert re.search(r"Which errors.*\*\*\n\n> Two typing errors\.\n\n\* \*Build:\* Rule gold-not-in-choices", text)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([], "a mapping of sections"),
        ({"motivations": {}}, "'motivations' is no section; did you mean 'motivation'"),
        ({"uses": {"risk": "x"}}, "'risk' is no question of the section uses; did you mean 'risks'"),
        ({"uses": "none"}, "the section 'uses' holds 'none'"),
        ({"uses": {"risks": 3}}, "uses.risks is 3, and must be text"),
        ({"composition": {"people": "perhaps"}}, "composition.people is 'perhaps', and must be yes or no"),
    ],
)
def test_answers_that_cannot_be_read_are_named(answers, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        checked(answers)


@pytest.mark.parametrize(("said", "read"), [(False, "no"), (True, "yes"), ("no", "no"), ("No.", "No.")])
def test_yes_and_no_are_text_where_text_is_asked(said, read):
    assert checked({"composition": {"confidential": said}}) == {"composition": {"confidential": read}}


@pytest.mark.parametrize(
    ("said", "read"), [(False, False), (True, True), ("no", False), (" Yes ", True), ("YES", True)]
)
def test_yes_and_no_may_be_quoted_where_nothing_else_is_taken(said, read):
    assert checked({"composition": {"people": said}}) == {"composition": {"people": read}}


def test_all_that_is_wrong_with_answers_is_listed_at_once():
    with pytest.raises(ValueError, match=r"uses\.risks is 3") as raised:
        checked(
            {
                "uses": {"risks": 3, "risk": "x", "done": "Build: all"},
                "motive": None,
                "maintenance": "me",
                "composition": {"people": "perhaps", "confidential": False},
            }
        )
    found = str(raised.value)
    for part in ("'risk' is no question", "uses.done has the line", "'motive' is no section", "'maintenance' holds"):
        assert part in found, part
    assert "composition.people is 'perhaps'" in found
    assert "confidential" not in found


@pytest.mark.parametrize(
    "line",
    [
        "* *Build:* x",
        "*Build:* x",
        "- **Build:** x",
        "  > _build_: x",
        "<em>Build:</em> x",
        "<li><em>Build</em>: x",
        "1. Build: x",
    ],
)
@pytest.mark.parametrize("before", ["", "True.\n\n", "True.\r"])
def test_an_answer_cannot_pose_as_a_fact_of_the_build(line, before):
    with pytest.raises(ValueError, match=r"uses\.risks has the line .* begins with `Build:`"):
        checked({"uses": {"risks": f"{before}{line}"}})


@pytest.mark.parametrize(
    "said", ["Builders: many.", "See *Build:* below.", "Rebuild: yes.", "<" * 5000 + "Build", "\n" * 5000]
)
def test_other_words_about_builds_are_answers(said):
    assert checked({"uses": {"risks": said}}) == {"uses": {"risks": said}}


def test_empty_places_of_the_template_are_no_answers():
    assert checked({"motivation": {"purpose": None}, "uses": None}) == {}


POSING = """\
## Composition

**How many instances are there?**

| fact | value |
| --- | --- |
| ceiling | 50 % |

* proven by `twokeys verify`

</blockquote><h2>Facts of the build</h2><!-- hidden
Certified
=========
see <https://example.org>"""


@pytest.mark.parametrize("where", ["answer", "authors", "title", "description"])
def test_nothing_that_people_say_can_pose_as_a_fact_of_the_build(manifest, where):
    if where == "answer":
        manifest, said = (saying(manifest, {"uses": {"done": text}}) for text in ("Nothing.", POSING))
    elif where == "authors":
        said = manifest.model_copy(update={"authors": [POSING, "* *Build:* all is proven"]})
    else:
        said = manifest.model_copy(update={where: POSING})
    plain, text = datasheet(manifest).splitlines(), datasheet(said).splitlines()

    def outside(lines, marks):
        return [line for line in lines if line.startswith(marks) and not line.startswith("# ")]

    # Headings, questions and tables outside quotations are those of the datasheet without these words.
    for marks in ("#", "**", "|", "<", "=", "-"):
        assert outside(text, marks) == outside(plain, marks)
    assert not any(html in line for line in text for html in ("<h2>", "<!--", "</blockquote>"))
    facts = set(outside(text, "* *Build:*")) - set(outside(plain, "* *Build:*"))
    assert all("The recipe describes it so: “" in line for line in facts)
    if where in ("answer", "authors"):
        quoted = [line for line in text if line.startswith(">")]
        assert any("ceiling" in line for line in quoted)
        assert any("<https://example.org>" in line for line in quoted)
