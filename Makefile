# Each target is one line that you could type. `make` lists them.
.PHONY: help install check test docs lint tables configs demo

help:     ## what there is
	@sed -n 's/^\([a-z]*\): *## /make \1: /p' Makefile
install:  ## everything, into .venv; activate it before the rest: . .venv/bin/activate
	python3 -m venv .venv && . .venv/bin/activate && pip install -e '.[onedl,test]'
check:    ## what the environment lacks, and the command that mends it
	python -m mmseg_scr
test:     ## all tests
	OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadfile
docs:     ## the tests of README, docs, CONTRIBUTING and the configs' pages
	OMP_NUM_THREADS=1 python -m pytest tests/docs
lint:     ## the linters; `ruff check --fix . && ruff format .` mends most of what they find
	ruff check . && ruff format --check . && lint-imports && codespell
tables:   ## count every config, and write the table in configs/README.md anew
	python tools/catalogue.py
configs:  ## all configs with their costs
	python -m mmseg_scr --configs
demo:     ## train two small networks on drawn streets, no download
	python tools/demo.py
