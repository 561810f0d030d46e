"""Twenty seconds of script/fuzz: wrong files made from real ones, read to the end or refused in words."""

import pytest

from bench import fuzz, fuzz_child, mutations

SECONDS, SEED = 20, 6
FEWEST = 150  # files: a busy machine with two processors reads ten times as many


@pytest.mark.slow
def test_no_wrong_file_goes_unforeseen(tmp_path):
    tally = fuzz.run(SECONDS, SEED, children=1, folder=tmp_path)
    assert [(finding.seed, finding.why) for finding in tally.findings] == []
    assert tally.files >= FEWEST, tally.line()
    assert tally.read > tally.files / 10, tally.line()  # it goes further than being refused at the door
    assert tally.most_bytes < fuzz.MOST_BYTES, tally.line()


def test_a_seed_makes_the_same_file_and_another_one_another():
    goods = fuzz_child.goods()
    made = [mutations.make(seed, goods) for seed in range(60)]
    assert made == [mutations.make(seed, goods) for seed in range(60)]
    assert len({content for _, content in made}) > 50


def test_a_fault_is_found_kept_and_replayed(tmp_path, monkeypatch):
    """By a reader that fails, hangs or eats at a word of the file."""
    monkeypatch.setattr(fuzz, "CHILD", "tests.imports.faulty_fuzz_child")
    monkeypatch.setattr(fuzz, "FILE_WITHIN", 1.0)
    whys = {word: fuzz.replay(_written(tmp_path, word)) for word in ("fine", "fail", "hang", "eat", "nul")}
    assert whys.pop("fine") == ""
    assert "KeyError: 'unforeseen'" in whys.pop("fail")
    assert "a NUL in a text" in whys.pop("nul")
    assert whys == {"hang": "slow", "eat": "memory"}


def test_what_a_run_finds_is_kept_to_be_replayed(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "CHILD", "tests.imports.faulty_fuzz_child")
    monkeypatch.setattr(fuzz_child, "goods", lambda: [mutations.Good("fail.csv", b"fail", "other")])
    tally = fuzz.run(1, 0, folder=tmp_path)
    finding = tally.findings[0]
    assert finding.path.read_bytes() == mutations.make(finding.seed, fuzz_child.goods())[1]
    assert "unforeseen" in fuzz.replay(finding.path)
    assert "unforeseen" in finding.signature


def _written(folder, word):
    path = folder / f"1-{word}.csv"
    path.write_text(word)
    return path
