# SPDX-License-Identifier: MIT
# trace-thr: main.o and an archive of the rest, which the unit tests link as well.

TOOL          := $(BUILD)/trace-thr
TOOL_SOURCES  := $(filter-out tools/cli/main.c,$(wildcard tools/*/*.c tools/*/*/*.c tools/*/*/*/*.c))
TOOL_ARCHIVE  := $(BUILD)/libtools.a
TOOL_PACKAGES := glib-2.0 babeltrace2 jansson libxml-2.0 sqlite3 libdw lttng-ctl zlib

# An event costs some thirty calls of Babeltrace: without a PLT each is one jump less.
FLAGS_tools = -fno-plt $(shell pkg-config --cflags $(TOOL_PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
TOOL_LIBS   = $(shell pkg-config --libs $(TOOL_PACKAGES) 2>/dev/null) -liberty -lm

# Where reports point to for the explanation of a rule: where install puts it, or where it is published.
DOCS     := $(PREFIX)/share/doc/trace_thr
DOCS_URI ?= file://$(DOCS)

$(BUILD)/tools/report/sarif/sarif_rules.o: FLAGS += -DTT_DOCS_URI='"$(DOCS_URI)"'

$(TOOL_ARCHIVE): $(TOOL_SOURCES:%.c=$(BUILD)/%.o)
	$(SAY) AR $@
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(TOOL): $(BUILD)/tools/cli/main.o $(TOOL_ARCHIVE)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ $(TOOL_LIBS) -pthread

all: $(TOOL)

install: install-tool
install-tool: $(TOOL)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(DOCS)
	install -m 644 $(wildcard docs/*.md) docs/check.schema.json $(DESTDIR)$(DOCS)

.PHONY: install-tool
