/*
 * The list of modules that were told, compared with what the loader has.
 *
 * The loader counts what it has mapped and unmapped in its life (dlpi_adds, dlpi_subs); as long as both are what they
 * were, nothing else is looked at. Otherwise two passes over its modules: the first finds those of the list that are
 * gone, the second those that are new. What is gone is told first, since the new one may lie in its place. A module is
 * known again by where it lies and by a hash of its path and build id; the loader goes through its modules in the
 * order of their loading, so each is mostly found where the one before it leaves off.
 *
 * Build ids are read where the loader has mapped them. LTTng's own state dump opens and reads every file instead, 2,000
 * system calls a process.
 */
#include "module_list.h"

#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "self.h"
#include "word.h"

struct module {
	uintptr_t base, size;
	uint64_t hash;
	bool there; /* seen by the first pass */
};

/* From mmap: a program's own malloc may take locks, or be what is being loaded. */
static struct {
	uint32_t lock;
	struct module *modules;
	size_t n, room;
	size_t next; /* where the next module of the loader's is looked for first */
	unsigned long long adds, subs;
} list;

struct counts {
	unsigned long long adds, subs;
};

/* What an event says of a module. */
struct file {
	struct module key;
	const char *path;
	const uint8_t *build_id;
	uint8_t build_id_size;
};

static int count(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(struct counts *)data = (struct counts){info->dlpi_adds, info->dlpi_subs};
	return 1;
}

static void extent(const struct dl_phdr_info *info, struct module *module)
{
	uintptr_t begin = UINTPTR_MAX, end = 0;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD)
			continue;
		begin = part->p_vaddr < begin ? part->p_vaddr : begin;
		end = part->p_vaddr + part->p_memsz > end ? part->p_vaddr + part->p_memsz : end;
	}
	begin &= ~(uintptr_t)0xfff; /* as it is mapped; no machine of ours has smaller pages */
	module->base = info->dlpi_addr + begin;
	module->size = end > begin ? end - begin : 0;
}

/* Whether a part lies in what the loader has mapped of the file. */
static bool is_mapped(const struct dl_phdr_info *info, const ElfW(Phdr) * part)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *load = &info->dlpi_phdr[i];

		if (load->p_type == PT_LOAD && load->p_flags & PF_R && part->p_vaddr >= load->p_vaddr &&
		    part->p_vaddr + part->p_memsz <= load->p_vaddr + load->p_filesz)
			return true;
	}
	return false;
}

/* Notes are an Elf_Nhdr, the name and the contents, each rounded up to what the part is aligned to. */
static bool find_build_id(const uint8_t *notes, size_t size, size_t align, struct file *file)
{
	const size_t mask = align == 8 ? 7 : 3;
	ElfW(Nhdr) note;

	for (size_t at = 0; size - at >= sizeof note && at < size;) {
		memcpy(&note, notes + at, sizeof note);
		size_t name = at + sizeof note;
		size_t contents = (name + note.n_namesz + mask) & ~mask;
		size_t end = contents + note.n_descsz;

		if (contents < name || end < contents || end > size)
			return false;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof "GNU" &&
		    !memcmp(notes + name, "GNU", sizeof "GNU") && note.n_descsz <= UINT8_MAX) {
			file->build_id = notes + contents;
			file->build_id_size = (uint8_t)note.n_descsz;
			return true;
		}
		at = (end + mask) & ~mask;
	}
	return false;
}

static void note_build_id(const struct dl_phdr_info *info, struct file *file)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_NOTE && is_mapped(info, part) &&
		    find_build_id((const uint8_t *)(info->dlpi_addr + part->p_vaddr), part->p_memsz, part->p_align,
		                  file))
			return;
	}
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	return hash;
}

/* False for what is no file: the kernel's vdso. */
static bool look_at(const struct dl_phdr_info *info, struct file *file)
{
	*file = (struct file){.path = info->dlpi_name};
	extent(info, &file->key);
	if (!file->key.size || (*file->path && !strchr(file->path, '/')))
		return false;
	note_build_id(info, file);
	file->key.hash = hash_bytes(UINT64_C(0xcbf29ce484222325), file->path, strlen(file->path));
	file->key.hash = hash_bytes(file->key.hash, file->build_id, file->build_id_size);
	return true;
}

static struct module *find(const struct module *key)
{
	for (size_t i = 0; i < list.n; i++) {
		struct module *module = &list.modules[(list.next + i) % list.n];

		if (module->base == key->base && module->size == key->size && module->hash == key->hash) {
			list.next = (list.next + i + 1) % list.n;
			return module;
		}
	}
	return NULL;
}

static int mark(struct dl_phdr_info *info, size_t size, void *data)
{
	struct file file;
	struct module *module = look_at(info, &file) ? find(&file.key) : NULL;

	(void)size;
	(void)data;
	if (module)
		module->there = true;
	return 0;
}

/* Tells those that were not seen, and takes them out of the list, which keeps its order. */
static void tell_gone(void)
{
	size_t left = 0;

	for (size_t i = 0; i < list.n; i++) {
		const struct module *module = &list.modules[i];

		if (module->there)
			list.modules[left++] = *module;
		else
			TT_TRACE(module_unloaded, NULL, (const void *)module->base, (uint64_t)module->size);
	}
	list.n = left;
	list.next = 0;
}

/* Room for one more. What finds none is told again each time, which does no harm. */
static bool grow(void)
{
	const size_t room = list.room ? 2 * list.room : 256;
	void *modules;

	if (list.n < list.room)
		return true;
	modules =
	    list.room
		? mremap(list.modules, list.room * sizeof *list.modules, room * sizeof *list.modules, MREMAP_MAYMOVE)
		: mmap(NULL, room * sizeof *list.modules, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (modules == MAP_FAILED)
		return false;
	list.modules = modules;
	list.room = room;
	return true;
}

/* The file's path from the root, for the loader has the program without one, and others as they were asked for. */
static const char *full_path(const char *path, char *room)
{
	if (*path == '/')
		return path;
	if (*path)
		return realpath(path, room) ? room : path;
	ssize_t length = readlink("/proc/self/exe", room, PATH_MAX - 1);
	room[length > 0 ? length : 0] = '\0';
	return room;
}

static int tell_new(struct dl_phdr_info *info, size_t size, void *data)
{
	struct file file;

	(void)size;
	*(struct counts *)data = (struct counts){info->dlpi_adds, info->dlpi_subs};
	if (!look_at(info, &file) || find(&file.key))
		return 0;
	char room[PATH_MAX];
	TT_TRACE(module_loaded, NULL, (const void *)file.key.base, (uint64_t)file.key.size, full_path(file.path, room),
	         file.build_id, file.build_id_size);
	if (grow())
		list.modules[list.n++] = file.key;
	return 0;
}

static void compare(void)
{
	struct counts counts;

	for (size_t i = 0; i < list.n; i++)
		list.modules[i].there = false;
	list.next = 0;
	dl_iterate_phdr(mark, NULL);
	tell_gone();
	dl_iterate_phdr(tell_new, &counts);
	list.adds = counts.adds;
	list.subs = counts.subs;
}

void tt_module_list_update(void)
{
	struct counts now;
	const bool recorded = tt_enabled(module_loaded);

	if (!recorded && !__atomic_load_n(&list.n, __ATOMIC_RELAXED))
		return;
	struct tt_calm calm = tt_calm_begin();
	if (!tt_word_try(&list.lock))
		tt_word_take(&list.lock, &tt_never);
	if (!recorded) {
		list.n = 0; /* a later session is to be told all */
	} else {
		dl_iterate_phdr(count, &now);
		if (!list.n || now.adds != list.adds || now.subs != list.subs)
			compare();
	}
	tt_word_free(&list.lock);
	tt_calm_end(calm);
}

void tt_module_list_after_fork_in_child(void)
{
	list.lock = TT_WORD_FREE;
	list.n = 0;
}
