"""Replays the Dockerfile without a container engine, in Debian trees with chroot.

Each stage is a copy of the base. RUN runs there with the stage's environment, COPY
copies what .dockerignore allows, and finally the image's own command runs as the
image's user. What an engine adds (layers, namespaces, health checks) is not tested.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
LIBRARIES = (  # libraries that Python is linked with; python:slim has them too
    "ca-certificates,libbz2-1.0,libffi8,liblzma5,libncursesw6,libreadline8t64,"
    "libsqlite3-0,libssl3t64,libuuid1,netbase,tzdata,zlib1g"
)
LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
TOLD = ("SSL_CERT_FILE", "PIP_CERT", "http_proxy", "https_proxy", "no_proxy")
"""Of this machine, files and variables: how to reach the package registries."""


@dataclass
class Stage:
    """One FROM: its tree, and the state that its instructions leave."""

    tree: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def run(self, words: Sequence[str]) -> None:
        """Runs a command inside the tree.

        Raises:
            CalledProcessError: The command failed.
        """
        inside = ["chroot", f"--userspec={self.user}:{self.user}", str(self.tree)]
        move = ["sh", "-c", 'cd "$0" && exec "$@"', self.folder]
        told = {name: os.environ[name] for name in TOLD if name in os.environ}
        told["HOME"] = "/root" if self.user == "0" else "/home/tracker"
        environment = {**told, **self.environment}
        subprocess.run([*inside, *move, *words], env=environment, check=True)

    def inside(self, path: str) -> Path:
        """The place of an image's path on this machine."""
        return self.tree / (Path(self.folder) / path).relative_to("/")


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """The name and the rest of each instruction, with continued lines joined."""
    lines = [line for line in dockerfile.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, " ".join(rest.split()) if name != "RUN" else rest


def is_ignored(path: str, rules: Sequence[str]) -> bool:
    """True if .dockerignore excludes a file; the last matching rule decides."""
    parts = path.split("/")
    parents = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        names = parts if "**/" in rule else parents
        if any(fnmatch(name, pattern) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def context(root: Path) -> list[str]:
    """The files that a build would send to the engine."""
    lines = (root / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [path for path in listed.stdout.splitlines() if not is_ignored(path, rules)]


def copy(words: list[str], stage: Stage, stages: dict[str, Stage], root: Path) -> None:
    """Carries out COPY, from another stage or from the files beside the Dockerfile."""
    if words[0].startswith("--from="):
        other = stages[words[0].partition("=")[2]]
        source, target = other.inside(words[1]), stage.inside(words[2])
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    sources = [word.rstrip("/") for word in words[:-1]]
    for path in context(root):
        for top in sources:
            if path == top or path.startswith(f"{top}/"):
                below = path.removeprefix(f"{top}/") if path != top else Path(path).name
                target = stage.inside(words[-1]) / below
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / path, target)


def set_environment(rest: str, known: dict[str, str]) -> None:
    """Carries out ENV: names with values, which may refer to known names."""
    for word in shlex.split(rest):
        name, _, value = word.partition("=")
        known[name] = re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), value)


def carry_out(
    name: str, rest: str, stage: Stage, stages: dict[str, Stage], root: Path
) -> None:
    """Carries out one instruction other than FROM."""
    match name:
        case "RUN":
            stage.run(["sh", "-c", rest])
        case "ENV":
            set_environment(rest, stage.environment)
        case "WORKDIR":
            stage.folder = rest
            stage.inside(".").mkdir(parents=True, exist_ok=True)
        case "COPY":
            copy(shlex.split(rest), stage, stages, root)
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case "CMD":
            stage.command = json.loads(rest)
        case "ARG" | "LABEL" | "HEALTHCHECK" | "STOPSIGNAL":
            pass  # for a container engine only
        case _:
            raise SystemExit(f"!! {name} is not known here: extend replay_image.py")


def make_base(work: Path, python: Path, release: str) -> Path:
    """A clean Debian with Python in /usr/local, which replaces the FROM image."""
    base = work / "base"
    if not (base / "usr/local/bin/python").exists():
        subprocess.run(
            [
                *("debootstrap", "--variant=minbase", f"--include={LIBRARIES}"),
                *(release, str(base)),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        shutil.copytree(python, base / "usr/local", symlinks=True, dirs_exist_ok=True)
        move_scripts(base / "usr/local/bin", python)
        subprocess.run(["chroot", str(base), "ldconfig"], check=True)
    return base


def move_scripts(folder: Path, python: Path) -> None:
    """Adjusts the scripts of a copied Python, such as pip, to its new place."""
    for script in folder.iterdir():
        text = script.read_bytes()
        if text.startswith(b"#!" + bytes(python)):
            script.write_bytes(text.replace(bytes(python), b"/usr/local", 1))


def begin(name: str, base: Path, work: Path) -> Stage:
    """A new stage: a copy of the base, with the mounts of a container."""
    tree = work / name
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(tree)], check=True)
    for path in LENT:
        if Path(path).exists():
            shutil.copy(path, tree / path.lstrip("/"))
    for kind in ("proc", "dev", "sys"):
        mounted = ["mount", "--rbind", f"/{kind}", str(tree / kind)]
        subprocess.run(mounted, check=True)
    return Stage(tree)


def replay(root: Path, work: Path, python: Path, release: str) -> Stage:
    """Carries out every instruction in turn; the last stage is the image."""
    base = make_base(work, python, release)
    stages: dict[str, Stage] = {}
    stage = Stage(base)
    for name, rest in instructions((root / "Dockerfile").read_text()):
        print(f"== {name} {rest}"[:100], flush=True)
        if name == "FROM":
            called = rest.partition(" AS ")[2] or "image"
            stage = stages[called] = begin(called, base, work)
        else:
            carry_out(name, rest, stage, stages, root)
    return stage


def main() -> None:
    """Replays, then runs the given command in the image, or the image's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path, help="prefix of a Python, such as /usr")
    parser.add_argument("work", type=Path, help="folder for the trees, about 3 GB")
    parser.add_argument("--release", default="trixie", help="of Debian")
    parser.add_argument("command", nargs="*", help="instead of the image's own")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parents[2]
    image = replay(root, asked.work.resolve(), asked.python, asked.release)
    told = {
        k: v for k, v in os.environ.items() if re.match("NOF1_|SCRAPER_|NOTIFY_", k)
    }
    image.environment.update(told)
    image.run([*image.entrypoint, *(asked.command or image.command)])


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"!! exit code {error.returncode}: {shlex.join(error.cmd)}"[:300])
