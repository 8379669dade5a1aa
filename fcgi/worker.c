/* mainstay-worker: delivers webhooks, scores accounts, keeps the clock. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/log.h"
#include "core/settings.h"
#include "worker/worker.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

static const char usage[] =
    "usage: mainstay-worker [--show-settings | --version | --help]\n"
    "\n"
    "Delivers the webhooks of the queue, scores the accounts that wait for\n"
    "it and keeps the clock.  Settings come from the environment;\n"
    "--show-settings prints them with their meaning.\n"
    "SIGTERM ends it when what is in flight is done, a second one at once.\n";

int
main(int argc, char **argv)
{
	struct settings settings;
	const char *option = argc > 1 ? argv[1] : "";

	if (argc > 2 || (argc == 2 && strcmp(option, "--show-settings") != 0 &&
			    strcmp(option, "--version") != 0 &&
			    strcmp(option, "--help") != 0)) {
		(void)fputs(usage, stderr);
		return EX_USAGE;
	}
	if (strcmp(option, "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (strcmp(option, "--version") == 0)
		return printf("mainstay-worker %s\n", PACKAGE_VERSION) < 0;

	log_open("mainstay-worker", LOG_INFO);
	settings_load(&settings);
	if (argc == 2) {
		settings_show(&settings);
		return EXIT_SUCCESS;
	}
	log_open("mainstay-worker", log_level_of(settings.log));
	(void)signal(SIGPIPE, SIG_IGN);
	return worker_run(&settings);
}
