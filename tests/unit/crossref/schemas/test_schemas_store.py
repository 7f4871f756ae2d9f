"""The bundle store: fetched from either source, verified byte by byte, put in place at once, found again."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from doideposit.crossref.schemas.installing import Unreachable
from doideposit.crossref.schemas.lock import PinnedBundle, PinnedFile, PinnedWheel, SchemaLock
from doideposit.crossref.schemas.store import Homes, SchemaStore
from doideposit.errors import DiskError, SchemaDamaged, SchemaMissing, UsageError

FILES = {"main.xsd": b"<schema/>", "parts/part.xsd": b"<schema>part</schema>"}
OTHER = {"other.xsd": b"<other/>", "parts/part.xsd": FILES["parts/part.xsd"]}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(folder: Path) -> bytes:
    path = folder / "made.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in (FILES | OTHER).items():
            wheel.writestr(f"pkg/{name}", content)
    content = path.read_bytes()
    path.unlink()
    return content


class World:
    """A store in a temporary place, with both sources under control."""

    def __init__(self, folder: Path) -> None:
        self.wheel = make_wheel(folder)
        self.official: dict[str, bytes] = {f"https://x.example/{name}": text for name, text in (FILES | OTHER).items()}
        self.pip_works = True
        self.fetched: list[str] = []
        self.pip_calls: list[list[str]] = []
        self.words: list[str] = []
        self.homes = Homes(None, folder / "package", folder / "checkout", lambda: folder / "user")

    def fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        if address not in self.official:
            raise Unreachable(f"{address}: ConnectionError")
        return self.official[address]

    def run_pip(self, arguments: list[str]) -> None:
        self.pip_calls.append(arguments)
        if not self.pip_works:
            raise Unreachable("pip: no network")
        folder = Path(arguments[arguments.index("--dest") + 1])
        (folder / "made-1-py3-none-any.whl").write_bytes(self.wheel)

    def lock(self) -> SchemaLock:
        def pinned(name: str, content: bytes) -> PinnedFile:
            return PinnedFile(name, sha256(content), len(content), f"https://x.example/{name}", "1")

        def bundle(version: str, folder: str, files: dict[str, bytes]) -> PinnedBundle:
            pins = tuple(pinned(name, content) for name, content in files.items())
            return PinnedBundle(version, folder, f"urn:{folder}", next(iter(files)), pins)

        return SchemaLock(
            {
                "9.9.0": bundle("9.9.0", "9.9.0", FILES),
                "doi_resources 9.8": bundle("doi_resources 9.8", "res-9.8", OTHER),
            },
            {"1": PinnedWheel("made==1", sha256(self.wheel), len(self.wheel), "pkg/")},
            {"http://abs.example/part.xsd": "parts/part.xsd"},
        )

    def store(self, *, offline: bool = False) -> SchemaStore:
        return SchemaStore(
            self.lock(),
            self.homes,
            fetch=self.fetch,
            run_pip=self.run_pip,
            announce=self.words.append,
            offline=offline,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def no_scratch_left(world: World) -> bool:
    return [path.name for path in world.homes.to_write().iterdir() if path.name.startswith(".")] == []


def test_installs_from_the_official_address(world: World) -> None:
    store = world.store()
    assert store.installed() == ()
    folder = store.install("9.9.0")
    assert folder == world.homes.checkout / "9.9.0" == store.location("9.9.0")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.xsd")} == set(FILES)
    assert store.installed() == ("9.9.0",)
    assert store.verify("9.9.0") == {}
    assert world.pip_calls == []
    assert "www.crossref.org" in world.words[0]
    assert no_scratch_left(world)


@pytest.mark.parametrize("official", ["silent", "wrong"])
def test_falls_back_to_the_pinned_wheel(world: World, official: str) -> None:
    world.official = {} if official == "silent" else dict.fromkeys(world.official, b"<schema>newer</schema>")
    store = world.store()
    store.install("9.9.0")
    assert store.verify("9.9.0") == {}
    [arguments] = world.pip_calls
    assert arguments[0] == "download"
    assert {"--no-deps", "--require-hashes"} <= set(arguments)
    assert len(world.fetched) == 1
    assert "Python package index" in world.words[1]


def test_a_wheel_with_another_hash_is_refused(world: World, tmp_path: Path) -> None:
    world.official = {}
    store = world.store()
    world.wheel = make_wheel(tmp_path).replace(b"part", b"trap", 1)
    with pytest.raises(SchemaMissing, match="pinned SHA-256") as caught:
        store.install("9.9.0")
    assert "`doideposit schemas install 9.9.0`" in caught.value.hint
    assert store.location("9.9.0") is None


def test_no_source_at_all(world: World) -> None:
    world.official, world.pip_works = {}, False
    with pytest.raises(SchemaMissing, match="no network"):
        world.store().ensure("9.9.0")


def test_offline_says_what_to_run(world: World) -> None:
    with pytest.raises(SchemaMissing, match="downloads are off") as caught:
        world.store(offline=True).load("9.9.0")
    assert "`doideposit schemas install 9.9.0`" in caught.value.hint
    assert caught.value.exit_code == 3
    assert world.fetched == []


def test_first_need_fetches_with_a_word_and_the_second_does_not(world: World) -> None:
    store = world.store()
    bundle = store.load("9.9.0")
    assert bundle.files == FILES
    assert bundle.addresses == {"http://abs.example/part.xsd": "parts/part.xsd"}
    assert len(world.words) == 2
    assert store.load("9.9.0").fingerprint == bundle.fingerprint
    assert len(world.words) == 2


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda path: path.write_bytes(b"<schema>trap</schema>"), "pinned SHA-256"),
        (lambda path: path.write_bytes(b""), "bytes instead of"),
        (lambda path: path.unlink(), "is missing"),
    ],
)
def test_a_damaged_file_is_named_and_mended(world: World, damage: Callable[[Path], object], problem: str) -> None:
    store = world.store()
    path = store.install("9.9.0") / "parts" / "part.xsd"
    damage(path)
    with pytest.raises(SchemaDamaged, match=r"parts/part\.xsd") as caught:
        store.load("9.9.0")
    assert "`doideposit schemas install --force 9.9.0`" in caught.value.hint
    [(at, found)] = store.verify("9.9.0").items()
    assert at == path
    assert problem in found
    store.install("9.9.0")
    assert store.verify("9.9.0") == {}
    assert store.load("9.9.0").files == FILES
    assert no_scratch_left(world)


def test_an_unharmed_bundle_is_left_alone_unless_forced(world: World) -> None:
    store = world.store()
    store.install("9.9.0")
    before = len(world.fetched)
    store.install("9.9.0")
    assert len(world.fetched) == before
    store.install("9.9.0", force=True)
    assert len(world.fetched) == before + len(FILES)


@pytest.mark.parametrize(
    "spelling", ["doi_resources 9.8", "doi_resources-9.8", "doi_resources9.8", " doi_resources_9.8 "]
)
def test_versions_may_be_written_in_several_ways(world: World, spelling: str) -> None:
    assert world.store().target(spelling) == world.homes.checkout / "res-9.8"


def test_an_unknown_version_lists_those_there_are(world: World) -> None:
    with pytest.raises(UsageError) as caught:
        world.store().install("1.0")
    assert "9.9.0" in caught.value.hint
    assert "doi_resources 9.8" in caught.value.hint


def test_looked_up_in_order(world: World, tmp_path: Path) -> None:
    world.homes = world.homes._replace(checkout=None)
    store = world.store()
    assert store.install("9.9.0") == tmp_path / "user" / "9.9.0"
    world.homes = world.homes._replace(override=tmp_path / "named")
    named = world.store()
    assert named.location("9.9.0") == tmp_path / "user" / "9.9.0"
    assert named.target("doi_resources 9.8") == tmp_path / "named" / "res-9.8"
    named.install("doi_resources 9.8")
    assert named.installed() == ("9.9.0", "doi_resources 9.8")


def test_the_environment_names_the_folder(tmp_path: Path) -> None:
    assert Homes.of_this_installation({"DOIDEPOSIT_SCHEMAS": str(tmp_path)}).to_write() == tmp_path
    assert Homes.of_this_installation({}).override is None


def test_a_place_that_cannot_be_written(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    world.homes = world.homes._replace(override=tmp_path / "file" / "below")
    with pytest.raises(DiskError) as caught:
        world.store().install("9.9.0")
    assert "DOIDEPOSIT_SCHEMAS" in caught.value.hint


def test_what_was_worked_out_is_kept_beside_the_files(world: World) -> None:
    store = world.store()
    store.keep("9.9.0", "made.json", b"nowhere to keep it")
    assert store.kept("9.9.0", "made.json") is None
    folder = store.install("9.9.0")
    store.keep("9.9.0", "made.json", b"one")
    store.keep("9.9.0", "made.json", b"two")
    assert store.kept("9.9.0", "made.json") == b"two"
    assert sorted(path.name for path in folder.iterdir()) == ["made.json", "main.xsd", "parts"]
    (folder / "made.json").unlink()
    (folder / "made.json").mkdir()
    store.keep("9.9.0", "made.json", b"three")
    assert store.kept("9.9.0", "made.json") is None


def test_a_lock_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    for content in ("[bundles", "", "[files.a]\nsha256 = 1"):
        path.write_text(content)
        with pytest.raises(SchemaDamaged):
            SchemaLock.read(path)
    with pytest.raises(SchemaDamaged):
        SchemaLock.read(tmp_path / "absent.toml")


def test_the_real_lock_is_whole() -> None:
    lock = SchemaLock.read()
    assert tuple(lock.bundles) == ("5.5.0", "5.4.0", "5.3.1", "doi_resources 5.4.0")
    for bundle in lock.bundles.values():
        assert bundle.main in {pin.path for pin in bundle.files}
        for pin in bundle.files:
            assert len(pin.sha256) == 64
            assert pin.size > 0
            assert pin.address == f"https://www.crossref.org/schemas/{pin.path}"
            assert pin.wheel in lock.wheels
        # What has no version in its name is served once for all versions: it comes from the newest wheel.
        unversioned = {pin.wheel for pin in bundle.files if pin.path in {"fundref.xsd", "relations.xsd"}}
        assert unversioned == {"0.312"}
    assert json.dumps(sorted(lock.addresses)) == json.dumps(
        ["http://www.w3.org/2009/01/xml.xsd", "http://www.w3.org/Math/XMLSchema/mathml3/mathml3.xsd"]
    )
