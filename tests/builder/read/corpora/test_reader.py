from __future__ import annotations

import subprocess
import sys

import pytest

from twokeys.builder.read.corpora import reader, readers
from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.builder.read.corpora.reader import each, picture
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput


def corpus(**fields) -> Corpus:
    return Corpus(format="pope", name="c", revision="r", license="mit", **({"path": "a/b"} | fields))


def locate(name, inside="", **fields):
    return picture(corpus(**fields), name, SourceFile(None, "file"), 1, inside)


def test_all_formats_are_registered_in_order():
    assert list(readers()) == [
        "clevr",
        "easy-vqa",
        "gqa",
        "hf",
        "math-vision",
        "nlvr",
        "pope",
        "sugarcrepe",
        "table",
        "tri-bench",
        "vqa-rad",
        "vqa-v2",
    ]
    assert all(form.format == name and form.summary and form.needs for name, form in readers().items())


def test_the_registry_cannot_be_changed_from_outside():
    readers().clear()
    assert readers()


def test_an_unknown_format_gets_a_suggestion():
    with pytest.raises(BadInput, match="did you mean 'vqa-v2'"):
        reader("vqa_v2")
    with pytest.raises(BadInput, match="'table'"):
        reader("something")


def test_importing_all_readers_loads_no_heavy_library():
    code = (
        "import sys; from twokeys.builder.read.corpora import readers; readers(); "
        "heavy = {'torch', 'datasets', 'pandas', 'transformers', 'huggingface_hub', 'easy_vqa'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_a_relative_path_is_inside_the_corpora_folder_and_an_absolute_one_needs_none(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    assert reader("pope").root(corpus(), tmp_path) == tmp_path / "a/b"
    assert reader("pope").root(corpus(path=str(tmp_path / "a")), None) == tmp_path / "a"


def test_a_corpus_without_path_is_told_so(tmp_path):
    with pytest.raises(BadInput, match="path: no path is named"):
        reader("pope").root(corpus(path=None), tmp_path)


@pytest.mark.parametrize(
    ("name", "fields", "locator"),
    [
        ("x.jpg", {}, "file:in/x.jpg"),
        ("d/x.jpg", {"image_folder": "a/b/pictures"}, "file:pictures//d/x.jpg"),
        ("x.jpg", {"image_folder": "coco"}, "file:../../coco//x.jpg"),
        ("x.jpg", {"image_folder": "a/b"}, "file:x.jpg"),
        ("x.jpg", {"image_folder": "/data/coco", "path": None}, "file:/data/coco//x.jpg"),
        ("x.jpg", {"images": "names", "image_folder": "coco"}, "name:x.jpg"),
    ],
)
def test_a_picture_is_found_from_the_root(name, fields, locator):
    assert locate(name, "in", **fields) == locator


@pytest.mark.parametrize("name", ["", " ", None, 5, ["x.jpg"], "../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "a\0.jpg"])
@pytest.mark.parametrize("images", ["required", "names"])
def test_a_picture_name_that_leads_out_of_its_folder_is_refused(name, images):
    with pytest.raises(BadInput, match="row 1: the image is"):
        locate(name, images=images)


@pytest.mark.parametrize("path", [None, "/data/corpus"])
def test_a_picture_folder_that_cannot_be_related_to_the_root_is_a_fault_of_the_recipe(path, tmp_path):
    with pytest.raises(BadInput, match="c, image_folder: "):
        reader("easy-vqa").root(corpus(path=path, image_folder="coco"), tmp_path)


def test_problems_take_the_place_of_their_rows():
    earlier = BadInput("f", 1, "x", "y", "z")

    def make(number, record):
        if record == "bad":
            raise BadInput("f", number, record, "good", "mend")
        return record

    first, second, third = each([(1, earlier), (2, "bad"), (3, "good")], make)
    assert first is earlier
    assert (second.row, second.problem) == (2, "bad")
    assert third == "good"
