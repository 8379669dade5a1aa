/*
 * routes_account.h - fields of the pages beside an account's, and of their
 * forms.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_ACCOUNT_H
#define ROUTES_ACCOUNT_H

#include <limits.h>

#include "http/field.h"

/* clang-format off */
#define END { .name = NULL }

/* A page beside the account's: the day it shows, and what is edited there. */
#define AS_OF { .name = "as_of", .type = FIELD_DATE, .label = "As of" }

static const struct field account_tasks_fields[] = {
	AS_OF,
	{ .name = "task", .type = FIELD_UUID, .label = "Task" },
	END
};

static const struct field account_contacts_fields[] = {
	AS_OF,
	{ .name = "contact", .type = FIELD_UUID, .label = "Contact" },
	END
};

static const struct field account_timeline_fields[] = {
	AS_OF,
	{ .name = "kind", .type = FIELD_CHOICE, .fallback = "all",
	  .choices = "all|score|stage|note|call|email|meeting|task|plan|"
	      "contact|alert|run|change", .label = "Kind" },
	{ .name = "before_at", .type = FIELD_INT, .min = 0, .max = LONG_MAX,
	  .label = "Position" },
	{ .name = "before_id", .type = FIELD_TEXT, .max = 40,
	  .label = "Position" },
	{ .name = "log", .type = FIELD_CHOICE,
	  .choices = "note|call|email|meeting", .label = "Log" },
	{ .name = "note", .type = FIELD_UUID, .label = "Note" },
	END
};

/* Which state of a row the page had shown; of an edit only. */
#define SEEN { .name = "seen", .type = FIELD_HEX, .min = 32, .max = 32, \
	.label = "Seen" }

static const struct field note_fields[] = {
	SEEN,
	{ .name = "kind", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "note|call|email|meeting", .label = "Kind" },
	{ .name = "body", .type = FIELD_NOTE, .is_required = true, .min = 1,
	  .max = 20000, .label = "The note" },
	{ .name = "occurred_on", .type = FIELD_DATE, .label = "The day" },
	{ .name = "contact_id", .type = FIELD_UUID, .label = "With" },
	{ .name = "next_step", .type = FIELD_TEXT, .max = 300,
	  .label = "Next step" },
	{ .name = "next_due", .type = FIELD_DATE, .label = "Due" },
	END
};

static const struct field task_fields[] = {
	SEEN,
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 300, .label = "Task" },
	{ .name = "detail", .type = FIELD_NOTE, .max = 5000,
	  .label = "Details" },
	{ .name = "due_on", .type = FIELD_DATE, .label = "Due" },
	{ .name = "assignee_id", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "priority", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "low|medium|high|critical", .label = "Priority" },
	END
};

static const struct field task_status_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "open|done", .label = "Status" },
	END
};

static const struct field contact_fields[] = {
	SEEN,
	{ .name = "full_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 200, .label = "Name" },
	{ .name = "email", .type = FIELD_EMAIL, .label = "E-mail" },
	{ .name = "phone", .type = FIELD_TEXT, .max = 50, .label = "Phone" },
	{ .name = "job_title", .type = FIELD_TEXT, .max = 100,
	  .label = "Role" },
	{ .name = "influence", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "decision_maker|champion|influencer|user|blocker",
	  .label = "Influence" },
	{ .name = "is_primary", .type = FIELD_CHOICE, .choices = "1",
	  .label = "Primary contact" },
	{ .name = "is_sponsor", .type = FIELD_CHOICE, .choices = "1",
	  .label = "Sponsor" },
	END
};

/* Besides the parts, which the account's scorecard names. */
static const struct field score_note_fields[] = {
	{ .name = "note", .type = FIELD_NOTE, .max = 2000, .label = "Note" },
	END
};

static const struct field playbook_run_fields[] = {
	{ .name = "playbook", .type = FIELD_UUID, .is_required = true,
	  .label = "Playbook" },
	{ .name = "why", .type = FIELD_TEXT, .max = 300, .label = "Why" },
	END
};

static const struct field account_new_fields[] = {
	{ .name = "parent", .type = FIELD_UUID, .label = "Parent account" },
	END
};

/* What each of them shows besides. */
#define ACCOUNT_TAB "days=account_day account=account_show " \
	"crumbs=account_ancestors score=account_score tenants=my_tenants "
/* clang-format on */

#endif
