/*
 * routes_contact.h - fields of contacts as the API takes them.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_CONTACT_H
#define ROUTES_CONTACT_H

#include "http/field.h"

/* clang-format off */
static const struct field contact_api_fields[] = {
	{ .name = "full_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 200, .label = "Name", .example = "Ann Archer" },
	{ .name = "email", .type = FIELD_EMAIL, .label = "E-mail" },
	{ .name = "phone", .type = FIELD_TEXT, .max = 50, .label = "Phone" },
	{ .name = "job_title", .type = FIELD_TEXT, .max = 100,
	  .label = "Role" },
	{ .name = "influence", .type = FIELD_CHOICE,
	  .choices = "decision_maker|champion|influencer|user|blocker",
	  .label = "Influence" },
	{ .name = "is_primary", .type = FIELD_BOOL,
	  .label = "Primary contact" },
	{ .name = "is_sponsor", .type = FIELD_BOOL, .label = "Sponsor" },
	{ .name = NULL }
};
/* clang-format on */

#endif
