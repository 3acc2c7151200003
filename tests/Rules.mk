# make test: unit tests, the examples' outputs, the command from outside.

UNIT_LIB   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/lib/*.c))
UNIT_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/tools/*.c))

FLAGS_tests = $(FLAGS_tools)

# The library's tests link its objects: those of the public interface and those of what is inside.
$(UNIT_LIB): $(BUILD)/tests/unit/lib/%: $(BUILD)/tests/unit/lib/%.o $(LIB_OBJECTS)
	$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -lcmocka -pthread -ldl -lm

$(UNIT_TOOLS): $(BUILD)/tests/unit/tools/%: $(BUILD)/tests/unit/tools/%.o $(TOOL_ARCHIVE)
	$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -lcmocka $(TOOL_LIBS) -pthread
