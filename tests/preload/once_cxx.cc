// SPDX-License-Identifier: MIT
/* std::call_once: a routine that throws has not run. */
#include <cstdio>
#include <mutex>
#include <stdexcept>

static std::once_flag flag;
static std::once_flag other;

static void throw_it()
{
	throw std::runtime_error("thrown");
}

static void nested()
{
	std::call_once(other, [] { std::puts("the other runs"); });
	std::puts("runs");
}

int main()
{
	try {
		std::call_once(flag, throw_it);
	} catch (const std::runtime_error &error) {
		std::puts(error.what());
	}
	std::call_once(flag, nested);
	std::call_once(flag, nested);
	return 0;
}
