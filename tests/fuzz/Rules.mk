# SPDX-License-Identifier: MIT
# make fuzz: libFuzzer on all that reads what comes from outside, FUZZ_SECONDS (60) each; make fuzz-short: 10 s each.
#
# Built by clang beside the rest, in $(BUILD)/fuzz, with AddressSanitizer and UndefinedBehaviorSanitizer.

FUZZ_LIB   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/lib/*.c))
FUZZ_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/tools/*.c))
FUZZ_LINK   = $(CC) -fsanitize=fuzzer,address,undefined -o $@ $^

$(FUZZ_LIB): $(BUILD)/tests/fuzz/lib/%: $(BUILD)/tests/fuzz/lib/%.o $(LIB_OBJECTS)
	$(SAY) LINK $@
	$(Q)$(FUZZ_LINK) -pthread -ldl -lm

$(FUZZ_TOOLS): $(BUILD)/tests/fuzz/tools/%: $(BUILD)/tests/fuzz/tools/%.o $(TOOL_ARCHIVE)
	$(SAY) LINK $@
	$(Q)$(FUZZ_LINK) $(TOOL_LIBS) -pthread

fuzz-run: $(FUZZ_LIB) $(FUZZ_TOOLS)
	WORK=$(BUILD)/work tests/fuzz/run $^

# The second make sees what `deps` has installed.
fuzz: deps
	$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined \
	    CFLAGS='-O1 -g $(TIDY_FLAGS)' fuzz-run

fuzz-short:
	FUZZ_SECONDS=10 $(MAKE) --no-print-directory fuzz

.PHONY: fuzz fuzz-short fuzz-run
