# SPDX-License-Identifier: MIT
# make test: unit tests, the check against its oracle (tests/accuracy/), the examples' outputs, the command from outside.

UNIT_LIB   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/lib/*.c))
UNIT_INTERPOSE := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/interpose/*.c))
UNIT_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/tools/*.c))

FLAGS_tests = $(FLAGS_tools)

# The library's tests link its objects: those of the public interface and those of what is inside.
$(UNIT_LIB): $(BUILD)/tests/unit/lib/%: $(BUILD)/tests/unit/lib/%.o $(LIB_OBJECTS)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -lcmocka -pthread -ldl -lm

# As a program that ends its threads inside TTHR_WITH.
$(BUILD)/tests/unit/lib/test_with.o: FLAGS += -fexceptions

# Those of the interposer are the program and the interposer in one: see tests/unit/interpose/program.h. Not with a
# sanitizer, whose runtime stands before the same functions.
$(UNIT_INTERPOSE): $(BUILD)/tests/unit/interpose/%: $(BUILD)/tests/unit/interpose/%.o $(LIB_OBJECTS) $(PRELOAD_OBJECTS)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -rdynamic -o $@ $^ -lcmocka -pthread -ldl -lm

$(UNIT_TOOLS): $(BUILD)/tests/unit/tools/%: $(BUILD)/tests/unit/tools/%.o $(TOOL_ARCHIVE)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -lcmocka $(TOOL_LIBS) -pthread

# Programs that the tests of the command record.
TOOL_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tool/*.c))

$(TOOL_PROGRAMS): $(BUILD)/tests/tool/%: $(BUILD)/tests/tool/%.o $(LIB)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $< -L$(BUILD) -ltrace_thr -Wl,-rpath,'$$ORIGIN/../..' -pthread

# Plain pthread programs that the tests of the interposer record: without the library, at fixed addresses. A tail call
# would hide who calls, as would inlining without debug information.
PRELOAD_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/preload/*.c)) \
                    $(patsubst %.cc,$(BUILD)/%,$(wildcard tests/preload/*.cc))
PRELOAD_FLAGS    := -g -fno-inline -fno-optimize-sibling-calls

$(BUILD)/tests/preload/%.o: CFLAGS += $(PRELOAD_FLAGS)

$(BUILD)/tests/preload/%.o: tests/preload/%.cc
	@mkdir -p $(@D)
	$(SAY) CXX $@
	$(Q)$(CXX) -std=gnu++20 -I. -pthread -Wall -Wextra -Werror -MMD -MP $(CFLAGS) -c $< -o $@

$(BUILD)/tests/preload/futex_glib.o: CFLAGS += $(shell pkg-config --cflags glib-2.0)
$(BUILD)/tests/preload/futex_glib: PRELOAD_LIBS = $(shell pkg-config --libs glib-2.0)

$(PRELOAD_PROGRAMS): $(BUILD)/tests/preload/%: $(BUILD)/tests/preload/%.o
	$(SAY) LINK $@
	$(Q)$(if $(wildcard tests/preload/$*.cc),$(CXX),$(CC)) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -no-pie -o $@ $< \
	    $(PRELOAD_LIBS) -pthread -ldl

# Plain pthread programs of the fault tests, built as those of the interposer.
FAULT_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/faults/*.c))

$(FAULT_PROGRAMS): $(BUILD)/tests/faults/%: $(BUILD)/tests/faults/%.o
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $< -pthread

# Programs of others, in source: built as anybody would, without the library.
OTHER_PROGRAMS := $(BUILD)/tests/programs/cxx $(BUILD)/tests/programs/sqlite

$(BUILD)/tests/programs/cxx: tests/programs/cxx.cc
	@mkdir -p $(@D)
	$(SAY) CXX $@
	$(Q)$(CXX) -std=c++17 -O2 -g -Wall -Wextra -Werror -pthread -o $@ $<

$(BUILD)/tests/programs/sqlite: tests/programs/sqlite.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) -O2 -g -Wall -Wextra -Werror -pthread -o $@ $< -lsqlite3

# The two doors to a trace, compared.
DOORS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/doors/*.c))

$(DOORS): $(BUILD)/tests/doors/%: $(BUILD)/tests/doors/%.o $(TOOL_ARCHIVE)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ $(TOOL_LIBS) -pthread

# Each unit test with its own time limit; a summary at the end.
unit: $(UNIT_LIB) $(if $(SANITIZE),,$(UNIT_INTERPOSE)) $(UNIT_TOOLS)
	tests/unit/run $^

# What the scripts record.
programs: all $(TOOL_PROGRAMS) $(DOORS) $(PRELOAD_PROGRAMS) $(OTHER_PROGRAMS) $(FAULT_PROGRAMS)

# The second make sees what `deps` has installed.
test: deps
	$(MAKE) --no-print-directory programs
	$(MAKE) --no-print-directory unit
	$(MAKE) --no-print-directory accuracy-short
	BUILD=$(BUILD) tests/examples/run
	BUILD=$(BUILD) tests/tool/run
	BUILD=$(BUILD) tests/preload/run
	BUILD=$(BUILD) tests/programs/run

# Recordings for a long time (tests/soak/run).
SOAK_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/soak/*.c))
SOAK_SECONDS  ?= 3600

$(SOAK_PROGRAMS): $(BUILD)/tests/soak/%: $(BUILD)/tests/soak/%.o
	$(SAY) LINK $@
	$(Q)$(CC) -o $@ $< -pthread

soak: deps
	$(MAKE) --no-print-directory all $(TOOL_PROGRAMS) $(PRELOAD_PROGRAMS) $(SOAK_PROGRAMS)
	BUILD=$(BUILD) tests/soak/run $(SOAK_SECONDS)

soak-short:
	$(MAKE) --no-print-directory soak SOAK_SECONDS=120
# What machines and people do to a recording, as a table (tests/faults/run); the fast half is for CI.
faults faults-fast: deps
	$(MAKE) --no-print-directory all $(TOOL_PROGRAMS) $(PRELOAD_PROGRAMS) $(FAULT_PROGRAMS)
	BUILD=$(BUILD) tests/faults/run $(if $(filter faults-fast,$@),--fast)

# The unit tests under the sanitizers, which take several times as long. gcc 12's TSan cannot map its shadow where the
# kernel scatters addresses over more than 28 bits (vm.mmap_rnd_bits), so without that, where it may be switched off.
UNSCATTERED = $(shell setarch -R true 2>/dev/null && echo setarch -R)

sanitize: export UNIT_SECONDS ?= 600
sanitize: deps
	$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=address,undefined unit
	$(UNSCATTERED) $(MAKE) --no-print-directory BUILD=$(BUILD)/tsan SANITIZE=thread unit

# What the tests run of the sources, see tests/coverage. The tests of the command find its programs in $(BUILD)/coverage.
coverage: deps
	$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CC='$(CC) --coverage -fprofile-update=atomic' CFLAGS='-O0 -g' WARNINGS= \
	    all $(TOOL_PROGRAMS:$(BUILD)/%=$(BUILD)/coverage/%) $(PRELOAD_PROGRAMS:$(BUILD)/%=$(BUILD)/coverage/%) unit
	-BUILD=$(BUILD)/coverage tests/examples/run
	-BUILD=$(BUILD)/coverage tests/tool/run
	-BUILD=$(BUILD)/coverage tests/preload/run
	tests/coverage $(BUILD)/coverage

.PHONY: programs unit test faults faults-fast soak soak-short sanitize coverage
