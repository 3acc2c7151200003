# SPDX-License-Identifier: MIT
# One program a source, in $(BUILD)/examples.

EXAMPLES := $(patsubst %.c,$(BUILD)/%,$(wildcard examples/*.c))

$(BUILD)/examples/%: $(BUILD)/examples/%.o $(LIB)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $< -L$(BUILD) -ltrace_thr -Wl,-rpath,'$$ORIGIN/..' -pthread

all: $(EXAMPLES)

demo: deps
	$(MAKE) --no-print-directory all
	BUILD=$(BUILD) examples/demo

.PHONY: demo
