# Two commands: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help run install test lint format bench-verdict bench-matching bench-start bench-vision bench-leads clean screenshots screenshots-all bench-reports bench-report bench-broadcast bench-links bench-group bench-board bench-learning bench-console bench-imports bench-decade bench-paint

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

run: install ## set up what is missing, then run bot, scheduler and console
	@$(BIN)/fanzha serve

install: $(VENV)/.installed ## make the environment and build the library
	@$(BIN)/fanzha library build

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: apt-get install python3, then run again"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "python3-venv is missing: apt-get install python3-venv, then run again"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing (about a minute the first time)"
	@$(PIP) --editable '.[vision]' || { echo "reading pictures stays off: it has no package for this machine"; $(PIP) --editable .; }
	@$(BIN)/python -W ignore -m compileall -q $(VENV)/lib || true
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(PIP) --editable '.[test,bench]'
	@sh scripts/install-chromium
	@touch $@

$(VENV)/.benched: $(VENV)/.installed
	@$(PIP) --editable '.[bench]'
	@touch $@

$(VENV)/.linted: $(VENV)/.installed
	@$(PIP) --editable '.[test,bench,lint]'
	@touch $@

test: $(VENV)/.tested ## run every test: real PostgreSQL, real Bot API over HTTP, real browser
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

lint: $(VENV)/.linted ## ruff, mypy, import rules, yamllint, codespell
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/yamllint --strict bot
	@$(BIN)/codespell

format: $(VENV)/.linted ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench-verdict: install ## is the verdict right: recall, false alarms, disguises
	@$(BIN)/python -m bench.verdict

bench-matching: $(VENV)/.benched ## is the matching fast: against its floor and its rivals
	@$(BIN)/python -m bench.matching

bench-learning: $(VENV)/.tested ## 5,000 people take a quiz at once: is every answer counted once
	@$(BIN)/python -m bench.learning

bench-reports: $(VENV)/.tested ## are reports fast, and what does a kill lose
	@$(BIN)/python -m bench.reports

bench-decade: $(VENV)/.tested ## the yearly report with ten years of nine districts in one database
	@$(BIN)/python -m bench.decade

bench-imports: $(VENV)/.tested ## upstream files of 200,000 rows: time, memory, refused lines, and the same again
	@$(BIN)/python -m bench.imports

bench-report: $(VENV)/.tested ## a whole demonstration year: loading, yearly report, every published figure
	@$(BIN)/python -m bench.work_report

bench-broadcast: $(VENV)/.tested ## does every broadcast arrive, in time, once
	@$(BIN)/python -m bench.broadcast

bench-links: install ## are look-alikes of official sites seen, and genuine links left alone
	@$(BIN)/python -m bench.links

bench-group: install ## a year in forty groups: is ordinary talk left alone, are scams met
	@$(BIN)/python -m bench.group

bench-vision: $(VENV)/.tested ## are pictures read right, in time, and come what may
	@$(BIN)/python -m bench.vision

bench-start: install ## cold check, start to first answer, idle memory
	@$(BIN)/python -m bench.start

bench-leads: $(VENV)/.tested ## queue and pull with a million leads on PostgreSQL
	@$(BIN)/python -m bench.leads

bench-console: $(VENV)/.tested ## are the console's pages quick with a million leads and twenty officers
	@$(BIN)/python -W ignore -m bench.console

bench-board: install ## how many requests a second of one core the board answers
	@$(BIN)/python -m bench.board

bench-paint: $(VENV)/.tested ## do chat page and board paint soon on a phone with a slow line
	@$(BIN)/python -m bench.paint

KEPT := overview-desktop lead-desktop-dark leads-phone campaign-phone-dark statistics-desktop chat-verdict-desktop chat-question-phone-dark board-phone
SHOTS ?= build/screenshots

screenshots: $(VENV)/.tested ## draw every page with made-up people into build/screenshots, keep a few in docs
	@rm -rf $(SHOTS)
	@for of in console channels board; do $(BIN)/python -W ignore -m tests.$$of.screenshots $(SHOTS) || exit 1; done
	@mkdir -p docs/screenshots && rm -f docs/screenshots/*.png
	@for name in $(KEPT); do cp $(SHOTS)/$$name.png docs/screenshots/ || exit 1; done

screenshots-all: $(VENV)/.tested ## every page, state and form with no, usual and hard data into SHOTS; PAGES="lead leads-phone" for some
	@for data in empty ordinary hard; do $(BIN)/python -W ignore -m tests.console.screenshots $(SHOTS)/$$data $(PAGES) --every --data $$data || exit 1; done

clean: ## remove the environment and built files (data/ stays)
	rm -rf $(VENV) build *.egg-info
