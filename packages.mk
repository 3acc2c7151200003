# SPDX-License-Identifier: MIT
# make deps: the Debian packages to build, test and run, installed where they are missing.

# What the tests, the figures and make lint alone need: programs of others that they record, a reader of JSON schemas, what
# measures a run, libFuzzer, what users preload or compile with. redis-tools has the server as well; redis-server would
# start one.
TEST_PACKAGES := procps iproute2 python3 python3-jsonschema redis-tools stress-ng time lcov clang libclang-rt-14-dev \
                 libjemalloc2 libtcmalloc-minimal4 faketime clang-format clang-tidy

PACKAGES := gcc g++ libc6-dev make git pkg-config \
            liblttng-ust-dev lttng-tools liblttng-ctl-dev \
            libbabeltrace2-dev babeltrace2 \
            libglib2.0-dev libjansson-dev libxml2-dev libsqlite3-dev libdw-dev libelf-dev zlib1g-dev libiberty-dev libunwind8 \
            libcmocka-dev $(TEST_PACKAGES)

deps: ## installs what is missing, as root or by sudo
	@missing=; for p in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	test -z "$$missing" && exit 0; \
	command -v apt-get >/dev/null || { \
	    echo "make deps: this is no Debian; install by hand what these packages hold:$$missing" >&2; exit 1; }; \
	if test "$$(id -u)" = 0; then sudo=; \
	elif command -v sudo >/dev/null; then sudo=sudo; \
	else echo "make deps: not root and no sudo; as root, run: apt-get install$$missing" >&2; exit 1; fi; \
	echo "make deps: installing$$missing"; \
	DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; \
	$$sudo apt-get -qq update && $$sudo apt-get -qq -y --no-install-recommends install $$missing >/dev/null || { \
	    echo "make deps: could not install$$missing: see above; as root, run: apt-get install$$missing" >&2; exit 1; }

.PHONY: deps
