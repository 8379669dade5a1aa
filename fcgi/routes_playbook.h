/*
 * routes_playbook.h - fields of playbooks and executions in the API.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_PLAYBOOK_H
#define ROUTES_PLAYBOOK_H

#include "http/field.h"

/* clang-format off */
#define PLAYBOOK_EXAMPLE "{\"trigger\": {\"kind\": \"health_score_drop\", " \
	"\"crosses_below\": 40}, \"steps\": [{\"kind\": \"task\", " \
	"\"title\": \"Call {{account.name}}\"}], " \
	"\"limits\": {\"cooldown_minutes\": 1440}}"

#define PLAYBOOK_FIELDS \
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1, \
	  .max = 200, .label = "Name", .example = "Below 40" }, \
	{ .name = "description", .type = FIELD_NOTE, .max = 2000, \
	  .label = "Description" }, \
	{ .name = "document", .type = FIELD_OBJECT, .is_required = true, \
	  .max = 60000, .label = "What it does", \
	  .example = PLAYBOOK_EXAMPLE }

static const struct field playbook_api_create_fields[] = {
	PLAYBOOK_FIELDS,
	END
};

static const struct field playbook_api_change_fields[] = {
	PLAYBOOK_FIELDS,
	{ .name = "is_active", .type = FIELD_BOOL, .is_required = true,
	  .label = "Whether it listens" },
	END
};

static const struct field playbook_api_release_fields[] = {
	{ .name = "goes_on", .type = FIELD_BOOL, .is_required = true,
	  .label = "Whether it goes on, else it is paused" },
	END
};

static const struct field playbook_api_run_fields[] = {
	{ .name = "account_id", .type = FIELD_UUID, .is_required = true,
	  .label = "Account" },
	{ .name = "reason", .type = FIELD_TEXT, .max = 300,
	  .label = "Why", .example = "They asked for a call" },
	END
};

static const struct field playbook_api_rehearse_fields[] = {
	{ .name = "of", .type = FIELD_CHOICE, .choices = "draft|published",
	  .label = "Which version; else the draft, if there is one" },
	{ .name = "days", .type = FIELD_CHOICE, .choices = "30|90|365",
	  .fallback = "90", .label = "How many days back" },
	END
};
/* clang-format on */

#endif
