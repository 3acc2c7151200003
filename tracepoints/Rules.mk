# SPDX-License-Identifier: MIT
# libtrace_thr-tracepoints.so: the probes, which the library loads when LTTng is there.
# libtrace_thr-beacon.so: the event of the command's beacons.

PROVIDER := $(BUILD)/libtrace_thr-tracepoints.so
BEACON   := $(BUILD)/libtrace_thr-beacon.so

PROVIDER_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tracepoints/*.c))
BEACON_OBJECTS   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tracepoints/beacon/*.c))

# LTTng's macros are not clean under these.
FLAGS_tracepoints := -fPIC -Wno-conversion -Wno-sign-conversion -Wno-shadow -Wno-pedantic -Wno-cast-qual \
                     -Wno-missing-prototypes -Wno-undef -Wno-strict-prototypes

$(PROVIDER): $(PROVIDER_OBJECTS)
	$(SAY) LINK $@
	$(Q)$(CC) -shared $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -Wl,-soname,$(@F) -Wl,-z,nodelete -llttng-ust -ldl

$(BEACON): $(BEACON_OBJECTS)
	$(SAY) LINK $@
	$(Q)$(CC) -shared $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -Wl,-soname,$(@F) -Wl,-z,nodelete -llttng-ust \
	    -llttng-ust-common -ldl

all: $(PROVIDER) $(BEACON)
