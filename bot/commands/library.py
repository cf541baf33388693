"""`fanzha library`: the scam scripts."""

import typer

from bot.commands.screen import errors_as_sentences, library_progress, out

app = typer.Typer(help="话术库", no_args_is_help=True)


@app.command()
def build() -> None:
    """编译话术库（已是最新则什么也不做）。"""
    from bot.services.library import PATTERNS_ROOT, load_library
    from bot.settings import load_settings

    with errors_as_sentences(), library_progress() as progress:
        library = load_library(PATTERNS_ROOT, load_settings().library_dir, progress)
    out.print(f"话术库 {library.version}:{len(library.families)} 个骗术。")


@app.command()
def check() -> None:
    """检查所有文件的写法，列出每个错误的文件和行。"""
    from bot.services.library import PATTERNS_ROOT, read_patterns

    with errors_as_sentences():
        patterns = read_patterns(PATTERNS_ROOT)
    out.print(f"没有错误：{len(patterns.families)} 个骗术。")
