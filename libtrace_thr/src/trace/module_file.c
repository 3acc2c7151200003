/* SPDX-License-Identifier: MIT */
/*
 * Build ids are read where the loader has mapped them. LTTng's own state dump opens and reads every file instead, 2,000
 * system calls a process.
 */
#include "libtrace_thr/src/trace/module_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

static void extent(const struct dl_phdr_info *info, struct tt_module_file *file)
{
	uintptr_t begin = UINTPTR_MAX, end = 0;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD)
			continue;
		begin = MIN(begin, part->p_vaddr);
		end = MAX(end, part->p_vaddr + part->p_memsz);
	}
	begin &= ~(uintptr_t)0xfff; /* as it is mapped; no machine of ours has smaller pages */
	file->base = info->dlpi_addr + begin;
	file->size = MAX(end, begin) - begin;
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
static bool find_build_id(const uint8_t *notes, size_t size, size_t align, struct tt_module_file *file)
{
	const uint64_t mask = align == 8 ? 7 : 3; /* of 64 bits, as all sums here: their sizes have 32 */
	ElfW(Nhdr) note;

	for (uint64_t at = 0; at + sizeof note <= size;) {
		memcpy(&note, notes + at, sizeof note);
		uint64_t name = at + sizeof note, contents = (name + note.n_namesz + mask) & ~mask;
		uint64_t end = contents + note.n_descsz;

		if (end > size)
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

static void note_build_id(const struct dl_phdr_info *info, struct tt_module_file *file)
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

bool tt_module_file(const struct dl_phdr_info *info, struct tt_module_file *file)
{
	*file = (struct tt_module_file){.path = info->dlpi_name};
	extent(info, file);
	if (!file->size || (*file->path && !strchr(file->path, '/')))
		return false;
	note_build_id(info, file);
	file->hash = hash_bytes(UINT64_C(0xcbf29ce484222325), file->path, strlen(file->path));
	file->hash = hash_bytes(file->hash, file->build_id, file->build_id_size);
	return true;
}

/* The loader has the program without one, and others as they were asked for. */
const char *tt_module_path(const char *path, char *room)
{
	if (*path == '/')
		return path;
	if (*path)
		return realpath(path, room) ? room : path;
	ssize_t length = readlink("/proc/self/exe", room, PATH_MAX - 1);
	room[MAX(length, 0)] = '\0';
	return room;
}
