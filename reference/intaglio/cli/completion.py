"""completion: scripts that complete verbs, options, their values and files in a shell.

Scripts are generated from the argument tables and contain all names, so that Tab starts no
process.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Final

from intaglio.cli.arguments import Argument, Verb
from intaglio.cli.commands import OPTIONS, verb_of
from intaglio.cli.commands import VERBS as NAMES
from intaglio.cli.console import Talk
from intaglio.cli.exit_codes import OK, UsageError
from intaglio.cli.parser import HELP

_BASH: Final = """\
# Completion of intaglio for bash: source this file, or put it where bash-completion looks.
_intaglio() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb= names= i
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} != -* ]]; then verb=${COMP_WORDS[i]}; break; fi
    done
    COMPREPLY=()
    case $verb:$previous in
@VALUES@
    esac
    if [[ -z $names && $current == -* ]]; then
        case $verb in
@OPTIONS@
        esac
    elif [[ -z $names ]]; then
        case $verb in
            '' | help) names='@VERBS@' ;;
            completion) names='bash zsh fish' ;;
            *) return ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$names" -- "$current"))
}
complete -o default -F _intaglio intaglio
"""
_ZSH: Final = """\
#compdef intaglio
# Completion of intaglio for zsh: source this file, or name it _intaglio in a folder of fpath.
_intaglio() {
    local -a verbs=(
@VERBS@
    )
    if ((CURRENT == 2)); then
        _describe verb verbs
        _arguments @OPTIONS@
        return
    fi
    shift words
    ((CURRENT--))
    case $words[1] in
        help) _describe verb verbs ;;
@CASES@
    esac
}
if [[ $funcstack[1] == _intaglio ]]; then _intaglio "$@"; else compdef _intaglio intaglio; fi
"""
_FISH_HEAD: Final = """\
# Completion of intaglio for fish: source this file, or put it into completions/intaglio.fish.
complete -c intaglio -n __fish_use_subcommand -f
complete -c intaglio -n '__fish_seen_subcommand_from help' -f -a '@VERBS@'
"""


def bash_script() -> str:
    """Return the script for bash."""
    values: list[str] = []
    files: list[str] = []  # options whose values are file names, as VERB:OPTION
    free: list[str] = []  # options whose values cannot be listed
    options: list[str] = []
    for verb in _verbs():
        for one in verb.options:
            pattern = "|".join(f"{verb.name}:{flag}" for flag in one.flags)
            if names := " ".join(one.values()):
                values.append(f"        {pattern}) names='{names}' ;;")
            elif one.metavar:
                (files if one.files else free).append(pattern)
        flags = " ".join(flag for one in (*verb.options, HELP) for flag in one.flags)
        options.append(f"            {verb.name}) names='{flags}' ;;")
    values.append(f"        {'|'.join(files)}) return ;;")
    values.append(f"        {'|'.join(free)}) compopt +o default 2>/dev/null; return ;;")
    main = " ".join(flag for one in OPTIONS for flag in one.flags)
    options.append(f"            '') names='{main}' ;;")
    return (
        _BASH.replace("@VALUES@", "\n".join(values))
        .replace("@OPTIONS@", "\n".join(options))
        .replace("@VERBS@", " ".join([*NAMES, "help"]))
    )


def zsh_script() -> str:
    """Return the script for zsh."""
    listed = [_quoted(f"{verb.name}:{verb.summary}") for verb in _verbs()]
    cases = []
    for verb in _verbs():
        specs = [spec for one in (*verb.options, HELP) for spec in _zsh_specs(one)]
        rest = "(bash zsh fish)" if verb.name == "completion" else "_files"
        lines = [f"            {line}" for line in (*specs, _quoted(f"*:file:{rest}"))]
        cases.append(" \\\n".join([f"        {verb.name}) _arguments -s -S", *lines]) + " ;;")
    return (
        _ZSH.replace("@VERBS@", "\n".join(f"        {line}" for line in listed))
        .replace("@OPTIONS@", " ".join(spec for one in OPTIONS for spec in _zsh_specs(one)))
        .replace("@CASES@", "\n".join(cases))
    )


def _zsh_specs(one: Argument) -> Iterator[str]:
    """Return one option in the syntax of _arguments: '(-o --output)'-o'[help]:metavar:action'."""
    text = "".join(f"\\{c}" if c in "[]:\\" else c for c in one.help)
    value = ""
    if one.metavar:
        names = " ".join(one.values())
        action = f"({names})" if names else "_files" if one.files else " "
        value = f":{one.metavar.replace(':', ' ')}:{action}"
    prefix = "*" if one.many else f"({' '.join(one.flags)})"
    for flag in one.flags:
        ending = "=" if one.metavar and flag.startswith("--") else ""
        yield _quoted(f"{prefix}{flag}{ending}[{text}]{value}")


def fish_script() -> str:
    """Return the script for fish."""
    lines = [_FISH_HEAD.replace("@VERBS@", " ".join(NAMES)).rstrip()]
    lines += [f"complete -c intaglio -n __fish_use_subcommand {_fish_option(o)}" for o in OPTIONS]
    for verb in _verbs():
        lines.append(
            f"complete -c intaglio -n __fish_use_subcommand -a {verb.name} "
            f"-d {_fish_quoted(verb.summary)}"
        )
        seen = f"complete -c intaglio -n '__fish_seen_subcommand_from {verb.name}'"
        lines += [f"{seen} {_fish_option(one)}" for one in (*verb.options, HELP)]
        if verb.name == "completion":
            lines.append(f"{seen} -f -a 'bash zsh fish'")
    return "\n".join(lines) + "\n"


def _fish_option(one: Argument) -> str:
    flags = [f"-l {flag[2:]}" if flag[1] == "-" else f"-s {flag[1]}" for flag in one.flags]
    value = []
    if one.metavar:
        names = " ".join(one.values())
        value = ["-x"] if not one.files else ["-r -F"]
        value += [f"-a {_fish_quoted(names)}"] if names else []
    return " ".join([*flags, *value, f"-d {_fish_quoted(one.help)}"])


def _verbs() -> Iterator[Verb]:
    return (verb_of(name) for name in NAMES)


def _quoted(text: str) -> str:
    """Quote a shell argument with single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Final[dict[str, Callable[[], str]]] = {
    "bash": bash_script,
    "zsh": zsh_script,
    "fish": fish_script,
}


def completion(given: SimpleNamespace) -> int:
    """Print the script for a shell."""
    if given.shell not in SCRIPTS:
        message = f"SHELL is one of {', '.join(SCRIPTS)}, not {given.shell!a}"
        raise UsageError(message)
    Talk().data(SCRIPTS[given.shell]().rstrip("\n"))
    return OK


VERB = Verb(
    "completion",
    completion,
    "Print a script that completes commands in bash, zsh or fish.",
    "It completes verbs, options, names of colour maps and other values, and files. Source it "
    "where the shell starts.",
    (
        "intaglio completion bash > intaglio.bash && source intaglio.bash",
        "intaglio completion fish > intaglio.fish",
    ),
    (Argument("shell", "bash, zsh or fish.", metavar="SHELL", required=True),),
)
