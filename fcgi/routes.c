/* The table of routes and their fields.  See dispatch/route.h. */
#include "routes.h"

#include <limits.h>

#include "api/openapi.h"
#include "pages/pages.h"
#include "routes_account.h"
#include "routes_admin.h"
#include "routes_advocacy.h"
#include "routes_contact.h"
#include "routes_customer.h"
#include "routes_endpoint.h"
#include "routes_journey.h"
#include "routes_plan.h"
#include "routes_playbook.h"
#include "routes_review.h"
#include "routes_work.h"

/* clang-format off */
static const struct field sign_in_page_fields[] = {
	{ .name = "next", .type = FIELD_LOCAL, .label = "Next" },
	END
};

static const struct field sign_in_fields[] = {
	{ .name = "email", .type = FIELD_EMAIL, .is_required = true,
	  .label = "E-mail" },
	{ .name = "password", .type = FIELD_SECRET, .is_required = true,
	  .max = 256, .label = "Password" },
	{ .name = "next", .type = FIELD_LOCAL, .label = "Next" },
	END
};

static const struct field token_fields[] = {
	{ .name = "email", .type = FIELD_EMAIL, .is_required = true,
	  .label = "E-mail" },
	{ .name = "password", .type = FIELD_SECRET, .is_required = true,
	  .max = 256, .label = "Password" },
	END
};

static const struct field sign_up_fields[] = {
	{ .name = "organisation", .type = FIELD_TEXT, .is_required = true,
	  .min = 2, .max = 100, .label = "Organisation" },
	{ .name = "full_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 100, .label = "Your name" },
	{ .name = "email", .type = FIELD_EMAIL, .is_required = true,
	  .label = "E-mail" },
	{ .name = "password", .type = FIELD_SECRET, .is_required = true,
	  .min = 12, .max = 256, .label = "Password" },
	END
};

static const struct field invitation_page_fields[] = {
	{ .name = "token", .type = FIELD_HEX, .min = 64, .max = 64,
	  .label = "Link" },
	END
};

static const struct field invitation_fields[] = {
	{ .name = "token", .type = FIELD_HEX, .is_required = true, .min = 64,
	  .max = 64, .label = "Link" },
	{ .name = "full_name", .type = FIELD_TEXT, .min = 1, .max = 100,
	  .label = "Your name" },
	{ .name = "password", .type = FIELD_SECRET, .is_required = true,
	  .max = 256, .label = "Password" },
	END
};

/* The first is what a mail program posts (RFC 8058). */
static const struct field unsubscribe_fields[] = {
	{ .name = "List-Unsubscribe", .type = FIELD_CHOICE,
	  .choices = "One-Click", .label = "Unsubscribe" },
	{ .name = "again", .type = FIELD_CHOICE, .choices = "yes",
	  .label = "Again" },
	END
};

static const struct field session_end_fields[] = {
	{ .name = "everywhere", .type = FIELD_CHOICE, .choices = "1",
	  .label = "Everywhere" },
	END
};

static const struct field session_revoke_fields[] = {
	{ .name = "ref", .type = FIELD_HEX, .is_required = true, .min = 8,
	  .max = 64, .label = "Session" },
	END
};

static const struct field session_switch_fields[] = {
	{ .name = "tenant", .type = FIELD_UUID, .is_required = true,
	  .label = "Organisation" },
	END
};

static const struct field undo_fields[] = {
	{ .name = "request", .type = FIELD_HEX, .is_required = true, .min = 32,
	  .max = 32, .label = "Request" },
	{ .name = "next", .type = FIELD_LOCAL,
	  .fallback = "/dashboard/executive", .label = "Next" },
	END
};

#define BOARD_FILTERS \
	{ .name = "owner", .type = FIELD_TEXT, .max = 36, .label = "Owner" }, \
	{ .name = "tier", .type = FIELD_CHOICE, \
	  .choices = "enterprise|mid_market|small_business|trial", \
	  .label = "Tier" }, \
	{ .name = "band", .type = FIELD_CHOICE, \
	  .choices = "healthy|moderate|at_risk|critical|risk|unscored", \
	  .label = "Health" }

static const struct field journey_fields[] = {
	BOARD_FILTERS,
	{ .name = "lanes", .type = FIELD_CHOICE,
	  .choices = "owner|tier|band", .label = "Lanes" },
	{ .name = "fold", .type = FIELD_HEX, .min = 8, .max = 320,
	  .label = "Folded columns" },
	END
};

static const struct field journey_stage_fields[] = {
	BOARD_FILTERS,
	{ .name = "after_arr", .type = FIELD_INT, .min = 0, .max = LONG_MAX,
	  .label = "Position" },
	{ .name = "after_id", .type = FIELD_UUID, .label = "Position" },
	END
};

#define MOVE_NEXT \
	{ .name = "next", .type = FIELD_LOCAL, \
	  .fallback = "/dashboard/journey", .label = "Next" }

static const struct field journey_move_page_fields[] = {
	{ .name = "stage", .type = FIELD_UUID, .label = "Stage" },
	MOVE_NEXT,
	END
};

static const struct field journey_move_fields[] = {
	{ .name = "stage", .type = FIELD_UUID, .is_required = true,
	  .label = "The stage to move to" },
	{ .name = "from", .type = FIELD_UUID, .label = "The stage it was in" },
	{ .name = "reason", .type = FIELD_NOTE, .max = 2000,
	  .label = "The reason" },
	MOVE_NEXT,
	END
};

static const struct field preferences_fields[] = {
	{ .name = "shortcuts", .type = FIELD_CHOICE, .choices = "on|off",
	  .label = "Shortcuts" },
	{ .name = "sidebar", .type = FIELD_CHOICE, .choices = "narrow|wide",
	  .label = "Sidebar" },
	{ .name = "density", .type = FIELD_CHOICE,
	  .choices = "compact|comfortable", .label = "Density" },
	{ .name = "next", .type = FIELD_LOCAL, .is_required = true,
	  .label = "Next" },
	END
};

static const struct field search_fields[] = {
	{ .name = "q", .type = FIELD_TEXT, .max = 100, .label = "Search" },
	END
};

#define ALERT_STATUSES "open|acknowledged|resolved"

static const struct field alert_index_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .choices = ALERT_STATUSES,
	  .label = "Status" },
	{ .name = "after_at", .type = FIELD_TEXT, .max = 32,
	  .label = "Position" },
	{ .name = "after_id", .type = FIELD_UUID, .label = "Position" },
	END
};

static const struct field alert_set_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = ALERT_STATUSES, .label = "Status" },
	{ .name = "next", .type = FIELD_LOCAL, .is_required = true,
	  .label = "Next" },
	END
};

static const struct field executive_fields[] = {
	{ .name = "by", .type = FIELD_CHOICE, .choices = "accounts|arr",
	  .fallback = "accounts", .label = "By" },
	{ .name = "period", .type = FIELD_CHOICE, .choices = "30|90|365",
	  .fallback = "90", .label = "Period" },
	{ .name = "owner", .type = FIELD_TEXT, .max = 36, .label = "Owner" },
	{ .name = "tier", .type = FIELD_CHOICE,
	  .choices = "enterprise|mid_market|small_business|trial",
	  .label = "Tier" },
	{ .name = "under", .type = FIELD_UUID, .label = "Group" },
	END
};

#define ACCOUNT_SORTS "name|-name|arr|-arr|health|-health|renewal|-renewal|" \
	"stage|-stage|days|-days|owner|-owner|status|-status|tier|-tier"

#define LAYOUT { .name = "layout", .type = FIELD_CHOICE, \
	  .choices = "list|tree", .fallback = "list", .label = "Layout" }

/* What is neither of these is a filter: sql/functions/account_filter.sql. */
static const struct field account_index_fields[] = {
	{ .name = "sort", .type = FIELD_CHOICE, .choices = ACCOUNT_SORTS,
	  .fallback = "name", .label = "Sort" },
	LAYOUT,
	{ .name = "after_key", .type = FIELD_TEXT, .max = 400,
	  .label = "Position" },
	{ .name = "after_id", .type = FIELD_UUID, .label = "Position" },
	{ .name = "edit", .type = FIELD_TEXT, .max = 80, .label = "Filter" },
	{ .name = "view", .type = FIELD_UUID, .label = "View" },
	END
};

#define VIEW_SHARED { .name = "view_shared", .type = FIELD_CHOICE, \
	  .choices = "yes", .label = "For the team" }

#define SORT { .name = "sort", .type = FIELD_CHOICE, \
	  .choices = ACCOUNT_SORTS, .fallback = "name", .label = "Sort" }
#define CHANGES "owner|stage|status|tag_add|tag_remove"
#define TARGET { .name = "target", .type = FIELD_TEXT, .max = 100, \
	  .label = "What they get" }

static const struct field account_import_fields[] = {
	{ .name = "csv", .type = FIELD_NOTE, .is_required = true, .min = 1,
	  .max = 400000, .label = "The file" },
	END
};

static const struct field account_csv_fields[] = {
	SORT,
	END
};

static const struct field bulk_change_new_fields[] = {
	{ .name = "change", .type = FIELD_CHOICE, .choices = CHANGES,
	  .label = "Change" },
	TARGET,
	END
};

static const struct field bulk_change_make_fields[] = {
	{ .name = "change", .type = FIELD_CHOICE, .is_required = true,
	  .choices = CHANGES, .label = "Change" },
	TARGET,
	{ .name = "picks", .type = FIELD_TEXT, .is_required = true,
	  .max = 100000, .label = "Accounts" },
	{ .name = "back", .type = FIELD_TEXT, .max = 4000, .label = "Back" },
	END
};

static const struct field saved_view_default_fields[] = {
	{ .name = "default", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "on|off", .label = "Default" },
	END
};

static const struct field saved_view_create_fields[] = {
	SORT,
	LAYOUT,
	{ .name = "view_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 60, .label = "Name" },
	VIEW_SHARED,
	END
};

static const struct field saved_view_update_fields[] = {
	SORT,
	LAYOUT,
	{ .name = "view_name", .type = FIELD_TEXT, .min = 1, .max = 60,
	  .label = "Name" },
	VIEW_SHARED,
	END
};

static const struct field account_show_fields[] = {
	{ .name = "as_of", .type = FIELD_DATE, .label = "As of" },
	{ .name = "since", .type = FIELD_DATE, .label = "Since" },
	{ .name = "edit", .type = FIELD_TEXT, .max = 64, .label = "Edit" },
	END
};

#define SCORE(field, text) \
	{ .name = field, .type = FIELD_INT, .is_required = true, .min = 0, \
	  .max = 100, .label = text }

static const struct field health_score_fields[] = {
	SCORE("usage_score", "Usage"),
	SCORE("engagement_score", "Engagement"),
	SCORE("support_sentiment_score", "Support sentiment"),
	SCORE("adoption_score", "Adoption"),
	{ .name = "note", .type = FIELD_NOTE, .max = 2000, .label = "Note" },
	END
};

static const struct field health_override_fields[] = {
	{ .name = "score", .type = FIELD_INT, .is_required = true, .min = 0,
	  .max = 100, .label = "The score" },
	{ .name = "expires_at", .type = FIELD_DATE, .is_required = true,
	  .label = "The last day" },
	{ .name = "reason", .type = FIELD_NOTE, .is_required = true, .min = 1,
	  .max = 2000, .label = "The reason" },
	END
};

static const struct field health_rollup_fields[] = {
	{ .name = "health_rollup", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "own|average|arr_weighted|worst", .label = "Rule" },
	END
};

#define SCORECARD_PAGE "card=scorecard_card tenants=my_tenants "
#define PRESETS "standard|balanced|lifecycle|adoption|programme"

static const struct field scorecard_create_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 100, .label = "Name" },
	{ .name = "preset", .type = FIELD_CHOICE, .is_required = true,
	  .choices = PRESETS, .label = "Preset" },
	END
};

/* Which state of it the page had shown. */
static const struct field seen_fields[] = {
	{ .name = "seen", .type = FIELD_HEX, .is_required = true, .min = 32,
	  .max = 32, .label = "Seen" },
	END
};

static const struct field back_test_fields[] = {
	{ .name = "of", .type = FIELD_CHOICE, .choices = "published|draft",
	  .fallback = "published", .label = "Of" },
	END
};

#define ATTRIBUTE_FIELDS \
	{ .name = "label", .type = FIELD_TEXT, .is_required = true, .min = 1, \
	  .max = 60, .label = "Label" }, \
	{ .name = "choices", .type = FIELD_NOTE, .max = 12000, \
	  .label = "Choices" }, \
	{ .name = "is_required", .type = FIELD_CHOICE, .choices = "1", \
	  .label = "Required" }

static const struct field attribute_create_fields[] = {
	ATTRIBUTE_FIELDS,
	{ .name = "attribute_key", .type = FIELD_TEXT, .min = 1, .max = 60,
	  .label = "Key" },
	{ .name = "kind", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "text|number|date|boolean|choice", .label = "Kind" },
	END
};

static const struct field attribute_edit_fields[] = {
	ATTRIBUTE_FIELDS,
	END
};

static const struct field move_fields[] = {
	{ .name = "place", .type = FIELD_INT, .is_required = true, .min = 1,
	  .max = 1000, .label = "Place" },
	END
};

static const struct field stage_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Name" },
	{ .name = "color_hex", .type = FIELD_TEXT, .is_required = true,
	  .min = 7, .max = 7, .label = "Colour" },
	{ .name = "target_duration_days", .type = FIELD_INT, .min = 1,
	  .max = 3650, .label = "Target days" },
	{ .name = "kind", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "normal|exception|terminal", .label = "Kind" },
	END
};

static const struct field stage_delete_fields[] = {
	{ .name = "to", .type = FIELD_UUID, .label = "The other stage" },
	END
};

static const struct field stage_goal_fields[] = {
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 200, .label = "Goal" },
	{ .name = "description", .type = FIELD_NOTE, .max = 2000,
	  .label = "Description" },
	{ .name = "is_mandatory", .type = FIELD_CHOICE, .choices = "1",
	  .label = "Mandatory" },
	{ .name = "is_blocking", .type = FIELD_CHOICE, .choices = "1",
	  .label = "Blocks" },
	END
};

#define ROLES "Viewer|Contributor|Practitioner|Tenant Admin"

static const struct field invite_fields[] = {
	{ .name = "email", .type = FIELD_EMAIL, .is_required = true,
	  .label = "E-mail" },
	{ .name = "role", .type = FIELD_CHOICE, .is_required = true,
	  .choices = ROLES, .label = "Role" },
	END
};

static const struct field member_fields[] = {
	{ .name = "full_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 200, .label = "Name" },
	{ .name = "role", .type = FIELD_CHOICE, .is_required = true,
	  .choices = ROLES, .label = "Role" },
	END
};

static const struct field api_key_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 100, .label = "Name" },
	{ .name = "role", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "Viewer|Contributor|Practitioner", .label = "Role" },
	{ .name = "days", .type = FIELD_INT, .is_required = true, .min = 1,
	  .max = 365, .label = "Days" },
	END
};

static const struct field tier_fields[] = {
	{ .name = "arr_from", .type = FIELD_INT, .is_required = true,
	  .min = 0, .max = 1000000000, .label = "ARR from" },
	{ .name = "accounts_per_csm", .type = FIELD_INT, .min = 1,
	  .max = 10000, .label = "Accounts per CSM" },
	{ .name = "response_hours", .type = FIELD_INT, .is_required = true,
	  .min = 1, .max = 720, .label = "First answer" },
	{ .name = "onboarding_days", .type = FIELD_INT, .min = 1, .max = 730,
	  .label = "Onboarding" },
	{ .name = "review_days", .type = FIELD_INT, .min = 1, .max = 730,
	  .label = "Reviews" },
	END
};

static const struct field audit_fields[] = {
	{ .name = "who", .type = FIELD_TEXT, .max = 36, .label = "Who" },
	{ .name = "what", .type = FIELD_TEXT, .max = 60, .label = "What" },
	{ .name = "object", .type = FIELD_TEXT, .max = 100,
	  .label = "Object" },
	{ .name = "since", .type = FIELD_DATE, .label = "Since" },
	{ .name = "until", .type = FIELD_DATE, .label = "Until" },
	{ .name = "after_at", .type = FIELD_TEXT, .max = 40,
	  .label = "Position" },
	{ .name = "after_id", .type = FIELD_TEXT, .max = 19,
	  .label = "Position" },
	END
};

#define ENDPOINT_FIELDS \
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1, \
	  .max = 120, .label = "Name" }, \
	{ .name = "url", .type = FIELD_TEXT, .is_required = true, .min = 1, \
	  .max = 2048, .label = "Address" }, \
	{ .name = "format", .type = FIELD_CHOICE, .is_required = true, \
	  .choices = "standard|slack|seed-000|seed-001", .label = "Format" }, \
	{ .name = "event_types", .type = FIELD_TEXT, .max = 500, \
	  .label = "Events" }, \
	{ .name = "header_name", .type = FIELD_TEXT, .max = 64, \
	  .label = "Header" }, \
	{ .name = "header_value", .type = FIELD_SECRET, .max = 1024, \
	  .label = "Value of the header" }

static const struct field endpoint_fields[] = { ENDPOINT_FIELDS, END };

static const struct field endpoint_edit_fields[] = {
	ENDPOINT_FIELDS,
	{ .name = "max_inflight", .type = FIELD_INT, .is_required = true,
	  .min = 1, .max = 500, .label = "At the same time" },
	{ .name = "rate_per_second", .type = FIELD_INT, .min = 1, .max = 1000,
	  .label = "In a second" },
	{ .name = "is_ordered", .type = FIELD_CHOICE, .choices = "yes",
	  .label = "In order" },
	END
};

#define ENDPOINT_PAGE "endpoint=endpoint_form attempts=endpoint_attempts " \
	"test=endpoint_test_result tenants=my_tenants "

#define MEMBERS_PAGE "members=member_list roles=member_roles " \
	"invitations=invitation_list tenants=my_tenants "

/* A playbook that stopped itself: may it go on? */
static const struct field release_fields[] = {
	{ .name = "go", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "on|off", .label = "Answer" },
	END
};

static const struct field rehearsal_fields[] = {
	{ .name = "of", .type = FIELD_CHOICE, .choices = "draft|published",
	  .label = "Version" },
	{ .name = "days", .type = FIELD_CHOICE, .choices = "30|90|365",
	  .fallback = "90", .label = "Days" },
	END
};

#define PLAYBOOK_PAGE "playbook=playbook_show tenants=my_tenants "

static const struct field playbook_log_fields[] = {
	{ .name = "show", .type = FIELD_CHOICE, .choices = "all|fired|skipped",
	  .fallback = "all", .label = "Show" },
	{ .name = "playbook", .type = FIELD_UUID, .label = "Playbook" },
	{ .name = "before_at", .type = FIELD_TEXT, .max = 32,
	  .label = "Position" },
	{ .name = "before_id", .type = FIELD_UUID, .label = "Position" },
	END
};

static const struct field webhook_retry_fields[] = {
	{ .name = "since", .type = FIELD_CHOICE,
	  .choices = "hour|day|week|month", .fallback = "month",
	  .label = "Since" },
	END
};

static const struct field webhook_index_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "waiting|sending|failed|delivered",
	  .fallback = "waiting", .label = "Status" },
	{ .name = "before_at", .type = FIELD_TEXT, .max = 32,
	  .label = "Position" },
	{ .name = "before_id", .type = FIELD_UUID, .label = "Position" },
	END
};

static const struct field active_fields[] = {
	{ .name = "is_active", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "true|false", .label = "State" },
	END
};

#define TEXT(field, most, text, sample) \
	{ .name = field, .type = FIELD_TEXT, .max = most, .label = text, \
	  .example = sample }
#define NAMES { .name = "fields", .type = FIELD_TEXT, .max = 500, \
	  .label = "Only these members, as a,b" }

#define INCLUDE { .name = "include", .type = FIELD_TEXT, .max = 500, \
	  .label = "Embedded as well, as a,b" }
#define API_PAGE \
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200, \
	  .fallback = "50", .label = "At most so many" }, \
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000, \
	  .label = "next_cursor of the page before" }, \
	NAMES, \
	INCLUDE

/* Of a list and of one object of sql/functions/resource.sql. */
static const struct field api_page_fields[] = {
	{ .name = "sort", .type = FIELD_TEXT, .max = 64, .label = "Order" },
	API_PAGE,
	END
};

static const struct field api_one_fields[] = { NAMES, INCLUDE, END };

static const struct field account_api_list_fields[] = {
	SORT,
	API_PAGE,
	END
};

static const struct field account_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 200, .label = "Name", .example = "Blue Harbour Ltd" },
	{ .name = "parent_id", .type = FIELD_UUID, .label = "Parent account" },
	TEXT("external_id", 200, "External id", "CRM-2001"),
	{ .name = "tier", .type = FIELD_CHOICE,
	  .choices = "enterprise|mid_market|small_business|trial",
	  .label = "Tier" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "active|onboarding|paused|churned", .label = "Status" },
	{ .name = "csm_id", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "arr", .type = FIELD_MONEY, .label = "ARR",
	  .example = "85000.00" },
	{ .name = "currency", .type = FIELD_TEXT, .min = 3, .max = 3,
	  .label = "Currency", .example = "USD" },
	{ .name = "contract_start_date", .type = FIELD_DATE,
	  .label = "Contract start" },
	{ .name = "contract_end_date", .type = FIELD_DATE,
	  .label = "Contract end" },
	{ .name = "renewal_date", .type = FIELD_DATE, .label = "Renewal" },
	TEXT("industry", 100, "Industry", "Shipping"),
	{ .name = "crm_attributes", .type = FIELD_OBJECT, .max = 32000,
	  .label = "Custom attributes" },
	END
};

const struct route routes[] = {
	/* Signing in: a pool of its own, since hashing takes its time. */
	{ GET, "/login", ANYONE, sign_in_page_fields,
	  .template = "login", .pool = "auth" },
	{ POST, "/login", ANYONE, sign_in_fields,
	  .again = "/login", .pool = "auth", .handler = sign_in_create },
	{ GET, "/signup", ANYONE, .template = "signup", .pool = "auth" },
	{ POST, "/signup", ANYONE, sign_up_fields,
	  .again = "/signup", .pool = "auth", .handler = sign_up_create },
	{ POST, "/api/v1/auth/token", ANYONE, token_fields, .pool = "auth",
	  .handler = sign_in_api_create, .status = 201,
	  .doc = { "createToken", "Access", "A token for a person",
	      .answer = "Token", .also = "401" } },

	{ GET, "/invitation", ANYONE, invitation_page_fields,
	  .statements = "invitation=invitation_show",
	  .template = "invitation", .pool = "auth" },
	{ POST, "/invitation", ANYONE, invitation_fields,
	  .again = "/invitation", .pool = "auth",
	  .handler = invitation_accept },

	/* Links of mail */
	{ GET, "/unsubscribe/:ref", ANYONE,
	  .statements = "link=unsubscribe_link", .must = "link",
	  .template = "unsubscribe", .pool = "auth" },
	{ POST, "/unsubscribe/:ref", ANYONE, unsubscribe_fields,
	  .statements = "link=unsubscribe", .must = "link",
	  .template = "unsubscribe", .pool = "auth", .is_link = true },

	/* Sessions */
	{ POST, "/logout", VIEWER, session_end_fields,
	  .handler = session_remove },
	{ POST, "/switch", VIEWER, session_switch_fields,
	  .handler = session_switch },
	{ GET, "/sessions", VIEWER,
	  .statements = "sessions=session_list tenants=my_tenants",
	  .template = "sessions" },
	{ POST, "/sessions/revoke", VIEWER, session_revoke_fields,
	  .statements = "revoked=session_revoke",
	  .redirect = "/sessions?done=revoked" },

	{ POST, "/dashboard/undo", VIEWER, undo_fields,
	  .statements = "undone=undo_request",
	  .redirect = ROUTE_NEXT },

	/* Preferences */
	{ GET, "/preferences", VIEWER, .statements = "tenants=my_tenants",
	  .template = "preferences" },
	{ POST, "/preferences", VIEWER, preferences_fields,
	  .statements = "saved=preferences_set", .redirect = "{next}" },

	/* Dashboard */
	{ GET, "/", ANYONE, .redirect = "/dashboard/executive" },
	{ GET, "/dashboard", ANYONE, .redirect = "/dashboard/executive" },
	{ GET, "/dashboard/executive", VIEWER, executive_fields,
	  .statements = "page=executive_page sums=executive_sums "
	      "at_risk=executive_at_risk "
	      "movers=executive_movers programme=executive_programme "
	      "alerts=executive_alerts tenants=my_tenants",
	  .must = "page", .template = "dashboard/executive",
	  .area = "executive" },
	{ GET, "/dashboard/search", VIEWER, search_fields,
	  .statements = "results=search_list tenants=my_tenants",
	  .template = "search/index" },
	{ GET, "/dashboard/alerts", VIEWER, alert_index_fields,
	  .statements = "page=alert_page alerts=alert_list tenants=my_tenants",
	  .template = "alert/index", .area = "alerts" },
	{ POST, "/dashboard/alerts/:id", PRACTITIONER, alert_set_fields,
	  .statements = "alert=alert_set", .must = "alert",
	  .redirect = ROUTE_NEXT },
	{ GET, "/dashboard/accounts", VIEWER, account_index_fields,
	  .takes_form = true, .may_repeat = true,
	  .statements = "faults=account_filter_faults page=account_page "
	      "accounts=account_{layout}_{sort|found} "
	      "editor=account_filter_editor views=saved_view_list "
	      "view=saved_view_show tenants=my_tenants",
	  .faults = "faults", .instead = "views.default_url",
	  .template = "account/index",
	  .again = "/dashboard/accounts", .area = "accounts" },
	{ POST, "/dashboard/accounts/views", VIEWER, saved_view_create_fields,
	  .takes_form = true, .may_repeat = true,
	  .statements = "made=saved_view_create",
	  .redirect = "/dashboard/accounts?{+made.query}",
	  .again = "/dashboard/accounts", .area = "accounts" },
	{ POST, "/dashboard/accounts/views/:id", VIEWER,
	  saved_view_update_fields, .takes_form = true, .may_repeat = true,
	  .statements = "made=saved_view_update",
	  .redirect = "/dashboard/accounts?{+made.query}",
	  .again = "/dashboard/accounts", .area = "accounts" },
	{ POST, "/dashboard/accounts/views/:id/default", VIEWER,
	  saved_view_default_fields, .statements = "made=saved_view_default",
	  .redirect = "/dashboard/accounts?{+made.query}",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/views/:id/delete", VIEWER,
	  .statements = "gone=saved_view_delete", .must = "gone",
	  .redirect = "/dashboard/accounts?done={request_id}",
	  .area = "accounts" },
	{ GET, "/dashboard/accounts/export", VIEWER, account_csv_fields,
	  .takes_form = true, .may_repeat = true,
	  .statements = "faults=account_filter_faults accounts=account_csv",
	  .faults = "faults", .csv = "accounts", .again = "/dashboard/accounts",
	  .area = "accounts" },
	{ GET, "/dashboard/accounts/import", ADMIN,
	  .statements = "tenants=my_tenants", .template = "account_import/new",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/import/preview", ADMIN,
	  account_import_fields, .takes_form = true,
	  .statements = "columns=account_import_columns "
	      "preview=account_import_preview tenants=my_tenants",
	  .template = "account_import/new",
	  .again = "/dashboard/accounts/import", .area = "accounts" },
	{ POST, "/dashboard/accounts/import", ADMIN, account_import_fields,
	  .takes_form = true, .statements = "made=account_import_make",
	  .redirect = "/dashboard/accounts/bulk/{made.id}?done={request_id}",
	  .again = "/dashboard/accounts/import", .area = "accounts" },
	{ GET, "/dashboard/accounts/bulk", PRACTITIONER,
	  bulk_change_new_fields, .takes_form = true, .may_repeat = true,
	  .statements = "faults=account_filter_faults bulk=bulk_change_new "
	      "preview=bulk_change_preview tenants=my_tenants",
	  .faults = "faults", .template = "bulk_change/new",
	  .again = "/dashboard/accounts/bulk", .area = "accounts" },
	{ POST, "/dashboard/accounts/bulk", PRACTITIONER,
	  bulk_change_make_fields, .takes_form = true,
	  .statements = "made=bulk_change_make",
	  .redirect = "/dashboard/accounts/bulk/{made.id}?done={request_id}",
	  .area = "accounts" },
	{ GET, "/dashboard/accounts/bulk/:id", PRACTITIONER,
	  .statements = "bulk=bulk_change_show results=bulk_change_results "
	      "tenants=my_tenants",
	  .must = "bulk", .template = "bulk_change/show",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts", PRACTITIONER, .takes_form = true,
	  .statements = "made=account_create",
	  .redirect = "/dashboard/accounts/{made.id}?done={request_id}",
	  .again = "/dashboard/accounts/new", .area = "accounts" },
	{ GET, "/dashboard/accounts/new", PRACTITIONER, account_new_fields,
	  .statements = "details=account_new tenants=my_tenants",
	  .template = "account/new", .area = "accounts" },
	{ GET, "/dashboard/accounts/:id", VIEWER, account_show_fields,
	  .statements = "days=account_days account=account_show "
	      "crumbs=account_ancestors children=account_children "
	      "details=account_details score=account_score "
	      "why=account_why points=account_score_history "
	      "overrides=health_override_history "
	      "journey=account_journey usage=account_usage "
	      "alerts=account_alerts runs=account_runs "
	      "plan=account_plan_summary "
	      "playbooks=playbook_options parts=account_parts "
	      "group=account_rollup next=review_next "
	      "tenants=my_tenants",
	  .must = "account", .template = "account/show",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/details", PRACTITIONER,
	  .takes_form = true, .statements = "saved=account_save",
	  .redirect = "/dashboard/accounts/{id}?done={request_id}#facts",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/health-scores", PRACTITIONER,
	  score_note_fields, .takes_form = true,
	  .statements = "score=account_parts_record",
	  .redirect = "/dashboard/accounts/{id}?done=scored#health",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/health-overrides", PRACTITIONER,
	  health_override_fields,
	  .statements = "override=health_override_create",
	  .redirect = "/dashboard/accounts/{id}?done=overridden#health",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/health-overrides/end", PRACTITIONER,
	  .statements = "override=health_override_end",
	  .redirect = "/dashboard/accounts/{id}?done=calculated#health",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/health-rollup", PRACTITIONER,
	  health_rollup_fields,
	  .statements = "account=account_rollup_set", .must = "account",
	  .redirect = "/dashboard/accounts/{id}?done=rollup#group",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },

	/* Admin: stages and their goals */
	{ GET, "/dashboard/admin/stages", ADMIN,
	  .statements = "stages=stage_list stage=stage_new "
	      "tenants=my_tenants",
	  .template = "stage/index", .area = "admin" },
	{ POST, "/dashboard/admin/stages", ADMIN, stage_fields,
	  .statements = "made=stage_create",
	  .redirect = "/dashboard/admin/stages?done={request_id}#r-{made.id}",
	  .again = "/dashboard/admin/stages", .area = "admin" },
	{ GET, "/dashboard/admin/stages/:id", ADMIN,
	  .statements = "stage=stage_form goals=stage_goal_list "
	      "goal=stage_goal_new tenants=my_tenants",
	  .must = "stage", .template = "stage/edit", .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id", ADMIN, stage_fields,
	  .statements = "saved=stage_edit",
	  .redirect = "/dashboard/admin/stages?done={request_id}#r-{id}",
	  .again = "/dashboard/admin/stages/:id", .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/move", ADMIN, move_fields,
	  .statements = "moved=stage_move",
	  .redirect = "/dashboard/admin/stages?done={request_id}#r-{id}",
	  .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/delete", ADMIN,
	  stage_delete_fields, .statements = "deleted=stage_delete",
	  .redirect = "/dashboard/admin/stages?done={request_id}",
	  .again = "/dashboard/admin/stages/:id", .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/goals", ADMIN,
	  stage_goal_fields, .statements = "made=stage_goal_create",
	  .redirect = "/dashboard/admin/stages/{id}?done={request_id}#goals",
	  .again = "/dashboard/admin/stages/:id", .area = "admin" },
	{ GET, "/dashboard/admin/stages/:id/goals/:goal", ADMIN,
	  .statements = "goal=stage_goal_form tenants=my_tenants",
	  .must = "goal", .template = "stage/goal", .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/goals/:goal", ADMIN,
	  stage_goal_fields, .statements = "saved=stage_goal_edit",
	  .redirect = "/dashboard/admin/stages/{id}?done={request_id}#goals",
	  .again = "/dashboard/admin/stages/:id/goals/:goal",
	  .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/goals/:goal/move", ADMIN,
	  move_fields, .statements = "moved=stage_goal_move",
	  .redirect = "/dashboard/admin/stages/{id}?done={request_id}#goals",
	  .area = "admin" },
	{ POST, "/dashboard/admin/stages/:id/goals/:goal/delete", ADMIN,
	  .statements = "deleted=stage_goal_delete",
	  .redirect = "/dashboard/admin/stages/{id}?done={request_id}#goals",
	  .area = "admin" },

	/* Journey */
	{ GET, "/dashboard/journey", VIEWER, journey_fields,
	  .statements = "page=journey_page view=journey_view "
	      "columns=journey_columns lanes=journey_lanes "
	      "owners=journey_owner_options tenants=my_tenants",
	  .template = "journey/index", .area = "journey" },
	{ GET, "/dashboard/journey/velocity", VIEWER,
	  .statements = "stages=velocity_stages moves=velocity_moves "
	      "tenants=my_tenants",
	  .template = "journey/velocity", .area = "journey" },
	{ GET, "/dashboard/journey/stages/:id", VIEWER, journey_stage_fields,
	  .statements = "page=journey_page stage=journey_stage "
	      "cards=journey_stage_cards tenants=my_tenants",
	  .must = "stage", .template = "journey/stage", .area = "journey" },
	{ GET, "/dashboard/accounts/:id/move", PRACTITIONER,
	  journey_move_page_fields,
	  .statements = "account=journey_move_page tenants=my_tenants",
	  .must = "account", .template = "journey/move", .area = "journey" },
	{ POST, "/dashboard/accounts/:id/move", PRACTITIONER,
	  journey_move_fields, .takes_form = true,
	  .statements = "moved=journey_move",
	  .redirect = ROUTE_NEXT,
	  .again = "/dashboard/accounts/:id/move", .area = "journey" },

	/* Admin: attributes of accounts */
	{ GET, "/dashboard/admin/attributes", ADMIN,
	  .statements = "attributes=custom_attribute_list "
	      "kinds=custom_attribute_kinds tenants=my_tenants",
	  .template = "custom_attribute/index", .area = "admin" },
	{ POST, "/dashboard/admin/attributes", ADMIN, attribute_create_fields,
	  .statements = "made=custom_attribute_create",
	  .redirect = "/dashboard/admin/attributes?done={request_id}",
	  .again = "/dashboard/admin/attributes", .area = "admin" },
	{ GET, "/dashboard/admin/attributes/:id", ADMIN,
	  .statements = "attribute=custom_attribute_form tenants=my_tenants",
	  .must = "attribute", .template = "custom_attribute/edit",
	  .area = "admin" },
	{ POST, "/dashboard/admin/attributes/:id", ADMIN,
	  attribute_edit_fields, .statements = "saved=custom_attribute_edit",
	  .redirect = "/dashboard/admin/attributes?done={request_id}",
	  .again = "/dashboard/admin/attributes/:id", .area = "admin" },
	{ POST, "/dashboard/admin/attributes/:id/move", ADMIN, move_fields,
	  .statements = "moved=custom_attribute_move",
	  .redirect = "/dashboard/admin/attributes?done={request_id}#r-{id}",
	  .area = "admin" },
	{ POST, "/dashboard/admin/attributes/:id/delete", ADMIN,
	  .statements = "deleted=custom_attribute_delete",
	  .redirect = "/dashboard/admin/attributes?done={request_id}",
	  .area = "admin" },

	/* Accounts: what happened, tasks and contacts */
	{ GET, "/dashboard/accounts/:id/timeline", VIEWER,
	  account_timeline_fields,
	  .statements = ACCOUNT_TAB "items=account_timeline "
	      "kinds=account_timeline_kinds form=note_form",
	  .must = "account", .template = "account/timeline",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/notes", CONTRIBUTOR, note_fields,
	  .takes_form = true, .statements = "note=note_create",
	  .redirect = "/dashboard/accounts/{id}/timeline?done={request_id}",
	  .again = "/dashboard/accounts/:id/timeline", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/notes/:note", CONTRIBUTOR,
	  note_fields, .takes_form = true, .statements = "saved=note_save",
	  .redirect = "/dashboard/accounts/{id}/timeline?done={request_id}",
	  .again = "/dashboard/accounts/:id/timeline", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/notes/:note/remove", PRACTITIONER,
	  .statements = "removed=note_remove", .must = "removed",
	  .redirect = "/dashboard/accounts/{id}/timeline?done={request_id}",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/runs", PRACTITIONER,
	  playbook_run_fields, .statements = "run=playbook_run",
	  .redirect = "/dashboard/accounts/{id}?done={run.done}#runs",
	  .again = "/dashboard/accounts/:id", .area = "accounts" },
	{ GET, "/dashboard/accounts/:id/tasks", VIEWER, account_tasks_fields,
	  .statements = ACCOUNT_TAB "tasks=task_list form=task_form",
	  .must = "account", .template = "account/tasks",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/tasks", CONTRIBUTOR, task_fields,
	  .takes_form = true, .statements = "task=task_create",
	  .redirect = "/dashboard/accounts/{id}/tasks?done={request_id}",
	  .again = "/dashboard/accounts/:id/tasks", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/tasks/:task", CONTRIBUTOR, task_fields,
	  .takes_form = true, .statements = "saved=task_save",
	  .redirect = "/dashboard/accounts/{id}/tasks?done={request_id}",
	  .again = "/dashboard/accounts/:id/tasks", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/tasks/:task/status", CONTRIBUTOR,
	  task_status_fields,
	  .statements = "saved=task_status", .must = "saved",
	  .redirect = "/dashboard/accounts/{id}/tasks?done={request_id}",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/tasks/:task/remove", PRACTITIONER,
	  .statements = "removed=task_remove", .must = "removed",
	  .redirect = "/dashboard/accounts/{id}/tasks?done={request_id}",
	  .area = "accounts" },
	{ GET, "/dashboard/accounts/:id/contacts", VIEWER,
	  account_contacts_fields,
	  .statements = ACCOUNT_TAB "contacts=contact_list form=contact_form",
	  .must = "account", .template = "account/contacts",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/contacts", PRACTITIONER,
	  contact_fields,
	  .takes_form = true, .statements = "contact=contact_create",
	  .redirect = "/dashboard/accounts/{id}/contacts?done={request_id}",
	  .again = "/dashboard/accounts/:id/contacts", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/contacts/:contact", PRACTITIONER,
	  contact_fields,
	  .takes_form = true, .statements = "saved=contact_save",
	  .redirect = "/dashboard/accounts/{id}/contacts?done={request_id}",
	  .again = "/dashboard/accounts/:id/contacts", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/contacts/:contact/remove",
	  PRACTITIONER,
	  .statements = "removed=contact_remove", .must = "removed",
	  .redirect = "/dashboard/accounts/{id}/contacts?done={request_id}",
	  .area = "accounts" },
	/* Advocacy */
	{ GET, "/dashboard/advocacy", VIEWER, advocacy_index_fields,
	  .statements = "page=advocacy_page statuses=advocacy_statuses "
	      "people=advocacy_ask activities=advocacy_list "
	      "tenants=my_tenants",
	  .template = "advocacy/index", .area = "advocacy" },
	{ POST, "/dashboard/advocacy/rest", ADMIN, advocacy_rest_fields,
	  .takes_form = true, .statements = "saved=advocacy_rest_set",
	  .redirect = "/dashboard/advocacy?done={request_id}",
	  .again = "/dashboard/advocacy", .area = "advocacy" },
	{ GET, "/dashboard/accounts/:id/advocacy", VIEWER,
	  account_advocacy_fields,
	  .statements = ACCOUNT_TAB "activities=advocacy_account_list "
	      "form=advocacy_form",
	  .must = "account", .template = "advocacy/account",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/advocacy", PRACTITIONER,
	  advocacy_fields,
	  .takes_form = true, .statements = "made=advocacy_create",
	  .redirect = "/dashboard/accounts/{id}/advocacy?done={request_id}",
	  .again = "/dashboard/accounts/:id/advocacy", .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/advocacy/:activity", PRACTITIONER,
	  advocacy_fields,
	  .takes_form = true, .statements = "saved=advocacy_save",
	  .redirect = "/dashboard/accounts/{id}/advocacy?done={request_id}",
	  .again = "/dashboard/accounts/:id/advocacy", .area = "accounts" },

	/* Business reviews */
	{ GET, "/dashboard/reviews", VIEWER, review_index_fields,
	  .statements = "page=review_page reviews=review_list_{show} "
	      "tenants=my_tenants",
	  .template = "review/index", .area = "reviews" },
	{ GET, "/dashboard/accounts/:id/reviews", VIEWER,
	  account_reviews_fields,
	  .statements = ACCOUNT_TAB "next=review_next "
	      "reviews=review_account_list form=review_new",
	  .must = "account", .template = "review/account",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/reviews", PRACTITIONER,
	  review_new_fields,
	  .takes_form = true, .statements = "made=review_create",
	  .redirect = "/dashboard/reviews/{made.id}?done={request_id}",
	  .again = "/dashboard/accounts/:id/reviews", .area = "accounts" },
	{ GET, "/dashboard/reviews/:id", VIEWER, .statements = REVIEW_PAGE,
	  .must = "review", .template = "review/show", .area = "reviews" },
	{ GET, "/dashboard/reviews/:id/edit", PRACTITIONER,
	  .statements = "review=review_form tenants=my_tenants",
	  .must = "review", .template = "review/edit", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id", PRACTITIONER, review_fields,
	  .takes_form = true, .statements = "saved=review_save",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}",
	  .again = "/dashboard/reviews/:id/edit", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id/hold", PRACTITIONER,
	  review_hold_fields,
	  .takes_form = true, .statements = "saved=review_hold",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}",
	  .again = "/dashboard/reviews/:id", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id/cancel", PRACTITIONER,
	  review_seen_fields, .statements = "saved=review_cancel",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}",
	  .again = "/dashboard/reviews/:id", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id/reopen", PRACTITIONER,
	  review_seen_fields, .statements = "saved=review_reopen",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}",
	  .again = "/dashboard/reviews/:id", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id/items", PRACTITIONER,
	  review_item_fields,
	  .takes_form = true, .statements = "made=review_item_create",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}#items",
	  .again = "/dashboard/reviews/:id", .area = "reviews" },
	{ POST, "/dashboard/reviews/:id/items/:item", CONTRIBUTOR,
	  task_status_fields,
	  .statements = "saved=review_item_status", .must = "saved",
	  .redirect = "/dashboard/reviews/{id}?done={request_id}#items",
	  .area = "reviews" },

	/* Admin: overview, tiers, keys, audit log */
	{ GET, "/dashboard/admin", ADMIN,
	  .statements = "overview=admin_overview tenants=my_tenants",
	  .template = "admin/index", .area = "admin" },
	{ GET, "/dashboard/admin/tiers", ADMIN,
	  .statements = "tiers=tier_list tenants=my_tenants",
	  .template = "tier/index", .area = "admin" },
	{ GET, "/dashboard/admin/tiers/:id", ADMIN,
	  .statements = "tier=tier_form tenants=my_tenants",
	  .must = "tier", .template = "tier/edit", .area = "admin" },
	{ POST, "/dashboard/admin/tiers/:id", ADMIN, tier_fields,
	  .statements = "saved=tier_edit",
	  .redirect = "/dashboard/admin/tiers?done={request_id}#r-{id}",
	  .again = "/dashboard/admin/tiers/:id", .area = "admin" },
	{ GET, "/dashboard/admin/keys", ADMIN,
	  .statements = "keys=api_key_list roles=api_key_roles "
	      "tenants=my_tenants",
	  .template = "api_key/index", .area = "admin" },
	{ POST, "/dashboard/admin/keys", ADMIN, api_key_fields,
	  .again = "/dashboard/admin/keys", .handler = api_key_create,
	  .area = "admin" },
	{ POST, "/dashboard/admin/keys/:id/revoke", ADMIN,
	  .statements = "revoked=api_key_revoke", .must = "revoked",
	  .redirect = "/dashboard/admin/keys?done=revoked",
	  .area = "admin" },
	{ GET, "/dashboard/admin/audit", ADMIN, audit_fields,
	  .statements = "page=audit_page filter=audit_filter "
	      "tenants=my_tenants",
	  .template = "audit/index", .area = "admin" },

	/* Admin: endpoints */
	{ GET, "/dashboard/admin/endpoints", ADMIN,
	  .statements = "endpoints=endpoint_list endpoint=endpoint_new "
	      "tenants=my_tenants",
	  .template = "endpoint/index", .area = "admin" },
	{ POST, "/dashboard/admin/endpoints", ADMIN, endpoint_fields,
	  .statements = "made=endpoint_create endpoints=endpoint_list "
	      "endpoint=endpoint_new tenants=my_tenants",
	  .template = "endpoint/index",
	  .again = "/dashboard/admin/endpoints", .area = "admin" },
	{ GET, "/dashboard/admin/endpoints/:id", ADMIN,
	  .statements = ENDPOINT_PAGE, .must = "endpoint",
	  .template = "endpoint/edit", .area = "admin" },
	{ POST, "/dashboard/admin/endpoints/:id", ADMIN, endpoint_edit_fields,
	  .statements = "saved=endpoint_edit",
	  .redirect = "/dashboard/admin/endpoints/{id}?done={request_id}",
	  .again = "/dashboard/admin/endpoints/:id", .area = "admin" },
	{ POST, "/dashboard/admin/endpoints/:id/rotate", ADMIN,
	  .statements = "rotated=endpoint_rotate " ENDPOINT_PAGE,
	  .must = "endpoint", .template = "endpoint/edit",
	  .area = "admin" },
	{ POST, "/dashboard/admin/endpoints/:id/pause", ADMIN,
	  .statements = "changed=endpoint_pause",
	  .redirect = "/dashboard/admin/endpoints/{id}?done={request_id}",
	  .area = "admin" },
	{ POST, "/dashboard/admin/endpoints/:id/resume", ADMIN,
	  .statements = "changed=endpoint_resume",
	  .redirect = "/dashboard/admin/endpoints/{id}?done={request_id}",
	  .area = "admin" },
	{ POST, "/dashboard/admin/endpoints/:id/test", ADMIN,
	  .statements = "changed=endpoint_test",
	  .redirect = "/dashboard/admin/endpoints/{id}?done=sent#test",
	  .area = "admin" },

	/* Admin: users */
	{ GET, "/dashboard/admin/users", ADMIN, .statements = MEMBERS_PAGE,
	  .template = "member/index", .area = "admin" },
	{ POST, "/dashboard/admin/users", ADMIN, invite_fields,
	  .statements = "invited=invitation_create " MEMBERS_PAGE,
	  .template = "member/index", .again = "/dashboard/admin/users",
	  .area = "admin" },
	{ GET, "/dashboard/admin/users/:id", ADMIN,
	  .statements = "member=member_form tenants=my_tenants",
	  .must = "member", .template = "member/edit", .area = "admin" },
	{ POST, "/dashboard/admin/users/:id", ADMIN, member_fields,
	  .statements = "saved=member_edit",
	  .redirect = "/dashboard/admin/users?done={request_id}#r-{id}",
	  .again = "/dashboard/admin/users/:id", .area = "admin" },
	{ POST, "/dashboard/admin/users/:id/deactivate", ADMIN,
	  .statements = "changed=member_deactivate",
	  .redirect = "/dashboard/admin/users?done={request_id}#r-{id}",
	  .again = "/dashboard/admin/users/:id", .area = "admin" },
	{ POST, "/dashboard/admin/users/:id/activate", ADMIN,
	  .statements = "changed=member_activate",
	  .redirect = "/dashboard/admin/users?done={request_id}#r-{id}",
	  .again = "/dashboard/admin/users/:id", .area = "admin" },
	{ POST, "/dashboard/admin/invitations/:id/revoke", ADMIN,
	  .statements = "changed=invitation_revoke",
	  .redirect = "/dashboard/admin/users?done=revoked",
	  .area = "admin" },

	/* Admin: scorecards */
	{ GET, "/dashboard/admin/scorecards", ADMIN,
	  .statements = "scorecards=scorecard_list "
	      "progress=scorecard_progress tenants=my_tenants",
	  .template = "scorecard/index", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards", ADMIN, scorecard_create_fields,
	  .statements = "made=scorecard_create",
	  .redirect = "/dashboard/admin/scorecards/{made.id}",
	  .again = "/dashboard/admin/scorecards", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/rescore", ADMIN,
	  .statements = "run=scorecard_queue",
	  .redirect = "/dashboard/admin/scorecards?done=queued",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id", ADMIN,
	  .statements = SCORECARD_PAGE "form=scorecard_form",
	  .must = "card", .template = "scorecard/edit", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id", ADMIN, .takes_form = true,
	  .statements = "problems=scorecard_save", .faults = "problems",
	  .redirect = "/dashboard/admin/scorecards/{id}/preview?done=saved",
	  .again = "/dashboard/admin/scorecards/:id", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/spread", ADMIN,
	  .takes_form = true,
	  .statements = SCORECARD_PAGE "form=scorecard_form",
	  .must = "card", .template = "scorecard/edit", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/preview", ADMIN,
	  .takes_form = true,
	  .statements = SCORECARD_PAGE "problems=scorecard_form_problems "
	      "form=scorecard_form preview=scorecard_form_preview",
	  .must = "card", .faults = "problems", .template = "scorecard/edit",
	  .again = "/dashboard/admin/scorecards/:id", .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/document", ADMIN,
	  .statements = SCORECARD_PAGE "source=scorecard_document",
	  .must = "card", .template = "scorecard/document",
	  .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/document", ADMIN,
	  .takes_form = true, .statements = "problems=scorecard_document_save",
	  .faults = "problems",
	  .redirect = "/dashboard/admin/scorecards/{id}/preview?done=saved",
	  .again = "/dashboard/admin/scorecards/:id/document",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/rule", ADMIN,
	  .statements = SCORECARD_PAGE "rule=scorecard_rule",
	  .must = "card", .template = "scorecard/rule", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/rule", ADMIN,
	  .takes_form = true, .statements = "problems=scorecard_rule_save",
	  .faults = "problems",
	  .redirect = "/dashboard/admin/scorecards/{id}/rule?done=saved",
	  .again = "/dashboard/admin/scorecards/:id/rule", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/rule/preview", ADMIN,
	  .takes_form = true,
	  .statements = SCORECARD_PAGE "problems=scorecard_rule_problems "
	      "rule=scorecard_rule reach=scorecard_rule_preview",
	  .must = "card", .faults = "problems",
	  .template = "scorecard/rule_preview",
	  .again = "/dashboard/admin/scorecards/:id/rule", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/default", ADMIN, seen_fields,
	  .statements = "made=scorecard_make_default",
	  .redirect = "/dashboard/admin/scorecards/{id}/rule?done=default",
	  .again = "/dashboard/admin/scorecards/:id/rule", .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/preview", ADMIN,
	  .statements = SCORECARD_PAGE "preview=scorecard_preview",
	  .must = "card", .template = "scorecard/preview", .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/publish", ADMIN, seen_fields,
	  .statements = "published=scorecard_publish",
	  .redirect = "/dashboard/admin/scorecards/{id}/versions"
	      "?done=published",
	  .again = "/dashboard/admin/scorecards/:id/preview",
	  .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/discard", ADMIN, seen_fields,
	  .statements = "discarded=scorecard_discard",
	  .redirect = "/dashboard/admin/scorecards?done=discarded",
	  .again = "/dashboard/admin/scorecards/:id/preview",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/versions", ADMIN,
	  .statements = SCORECARD_PAGE "versions=scorecard_versions "
	      "progress=scorecard_progress",
	  .must = "card", .template = "scorecard/versions",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/versions/:version", ADMIN,
	  .statements = SCORECARD_PAGE "version=scorecard_version "
	      "weights=scorecard_version_weights "
	      "bands=scorecard_version_bands",
	  .must = "version", .template = "scorecard/version",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/versions/:version/preview",
	  ADMIN,
	  .statements = SCORECARD_PAGE "preview=scorecard_roll_back_preview",
	  .must = "preview", .template = "scorecard/preview",
	  .area = "admin" },
	{ POST, "/dashboard/admin/scorecards/:id/versions/:version/roll-back",
	  ADMIN, seen_fields, .statements = "made=scorecard_roll_back",
	  .redirect = "/dashboard/admin/scorecards/{id}/versions"
	      "?done=rolled_back",
	  .again = "/dashboard/admin/scorecards/:id/versions",
	  .area = "admin" },
	{ GET, "/dashboard/admin/scorecards/:id/back-test", ADMIN,
	  back_test_fields,
	  .statements = SCORECARD_PAGE "test=scorecard_back_test",
	  .must = "card", .template = "scorecard/back_test",
	  .area = "admin" },

	/* Admin: templates of success plans */
	{ GET, "/dashboard/admin/plan-templates", ADMIN,
	  .statements = "templates=plan_template_list "
	      "template=plan_template_new tenants=my_tenants",
	  .template = "plan_template/index", .area = "admin" },
	{ POST, "/dashboard/admin/plan-templates", ADMIN, .takes_form = true,
	  .statements = "made=plan_template_create",
	  .redirect = "/dashboard/admin/plan-templates/{made.id}"
	      "?done={request_id}",
	  .again = "/dashboard/admin/plan-templates", .area = "admin" },
	{ GET, "/dashboard/admin/plan-templates/:id", ADMIN,
	  .statements = "template=plan_template_form tenants=my_tenants",
	  .must = "template", .template = "plan_template/edit",
	  .area = "admin" },
	{ POST, "/dashboard/admin/plan-templates/:id", ADMIN, seen_fields,
	  .takes_form = true, .statements = "saved=plan_template_edit",
	  .redirect = "/dashboard/admin/plan-templates/{id}"
	      "?done={request_id}",
	  .again = "/dashboard/admin/plan-templates/:id", .area = "admin" },
	{ POST, "/dashboard/admin/plan-templates/:id/delete", ADMIN,
	  .statements = "gone=plan_template_delete",
	  .redirect = "/dashboard/admin/plan-templates?done={request_id}",
	  .area = "admin" },

	/* Success plans */
	{ GET, "/dashboard/accounts/:id/plans", VIEWER, account_plans_fields,
	  .statements = ACCOUNT_TAB "plans=account_plans start=plan_new",
	  .must = "account", .template = "success_plan/account",
	  .area = "accounts" },
	{ POST, "/dashboard/accounts/:id/plans", PRACTITIONER,
	  plan_new_fields, .takes_form = true,
	  .statements = "made=plan_create",
	  .redirect = "/dashboard/plans/{made.id}?done={request_id}",
	  .again = "/dashboard/accounts/:id/plans", .area = "accounts" },
	{ GET, "/dashboard/plans", VIEWER, plan_index_fields,
	  .statements = "page=plan_page plans=plan_list tenants=my_tenants",
	  .template = "success_plan/index", .area = "plans" },
	{ GET, "/dashboard/plans/:id", VIEWER, plan_show_fields,
	  .statements = PLAN_PAGE, .must = "plan",
	  .template = "success_plan/show", .area = "plans" },
	{ POST, "/dashboard/plans/:id", PRACTITIONER, seen_fields,
	  .takes_form = true, .statements = "saved=plan_save",
	  .redirect = "/dashboard/plans/{id}?done={request_id}",
	  .again = "/dashboard/plans/:id", .area = "plans" },
	{ POST, "/dashboard/plans/:id/status", PRACTITIONER,
	  plan_status_fields, .statements = "saved=plan_status",
	  .redirect = "/dashboard/plans/{id}?done={request_id}",
	  .area = "plans" },
	{ POST, "/dashboard/plans/:id/remove", PRACTITIONER,
	  .statements = "gone=plan_remove",
	  .redirect = "/dashboard/accounts/{gone.account_id}/plans"
	      "?done={request_id}", .area = "plans" },
	{ POST, "/dashboard/plans/:id/steps", PRACTITIONER, plan_step_fields,
	  .takes_form = true, .statements = "step=plan_step_save",
	  .redirect = "/dashboard/plans/{id}?done={request_id}#s-{step.id}",
	  .again = "/dashboard/plans/:id", .area = "plans" },
	{ POST, "/dashboard/plans/:id/steps/:step", PRACTITIONER,
	  plan_step_fields, .takes_form = true,
	  .statements = "saved=plan_step_edit",
	  .redirect = "/dashboard/plans/{id}?done={request_id}#s-{step}",
	  .again = "/dashboard/plans/:id", .area = "plans" },
	{ POST, "/dashboard/plans/:id/steps/:step/status", PRACTITIONER,
	  plan_step_status_fields, .statements = "saved=plan_step_status",
	  .redirect = "/dashboard/plans/{id}?done={request_id}#s-{step}",
	  .area = "plans" },
	{ POST, "/dashboard/plans/:id/steps/:step/move", PRACTITIONER,
	  move_fields, .statements = "saved=plan_step_move",
	  .redirect = "/dashboard/plans/{id}?done={request_id}#s-{step}",
	  .area = "plans" },
	{ POST, "/dashboard/plans/:id/steps/:step/remove", PRACTITIONER,
	  .statements = "gone=plan_step_remove",
	  .redirect = "/dashboard/plans/{id}?done={request_id}",
	  .area = "plans" },

	/* Automation */
	{ GET, "/dashboard/automation", PRACTITIONER,
	  .statements = "page=playbook_page playbooks=playbook_list "
	      "days=playbook_days "
	      "tenants=my_tenants",
	  .template = "playbook/index", .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id", ADMIN, active_fields,
	  .statements = "playbook=playbook_set_active",
	  .redirect = "/dashboard/automation?done={request_id}",
	  .again = "/dashboard/automation", .area = "automation" },
	{ POST, "/dashboard/automation/playbooks", ADMIN, .takes_form = true,
	  .statements = "problems=playbook_problems made=playbook_create",
	  .faults = "problems",
	  .redirect = "/dashboard/automation/playbooks/{made.id}?done=saved",
	  .again = "/dashboard/automation/playbooks/new",
	  .area = "automation" },
	{ GET, "/dashboard/automation/playbooks/new", ADMIN,
	  .statements = "editor=playbook_new tenants=my_tenants",
	  .template = "playbook/edit", .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/new", ADMIN,
	  .takes_form = true,
	  .statements = "editor=playbook_new tenants=my_tenants",
	  .template = "playbook/edit", .area = "automation" },
	{ GET, "/dashboard/automation/playbooks/:id", PRACTITIONER,
	  .statements = PLAYBOOK_PAGE "figures=playbook_figures "
	      "runs=playbook_decisions",
	  .must = "playbook", .template = "playbook/show",
	  .area = "automation" },
	{ GET, "/dashboard/automation/playbooks/:id/edit", ADMIN,
	  .statements = "editor=playbook_editor tenants=my_tenants",
	  .must = "editor", .template = "playbook/edit",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/edit", ADMIN,
	  .takes_form = true,
	  .statements = "editor=playbook_editor tenants=my_tenants",
	  .must = "editor", .template = "playbook/edit",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/draft", ADMIN,
	  .takes_form = true, .statements = "problems=playbook_save",
	  .faults = "problems",
	  .redirect = "/dashboard/automation/playbooks/{id}"
	      "?done=saved",
	  .again = "/dashboard/automation/playbooks/:id/edit",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/publish", ADMIN,
	  seen_fields, .statements = "published=playbook_publish",
	  .redirect = "/dashboard/automation/playbooks/{id}"
	      "?done=published",
	  .again = "/dashboard/automation/playbooks/:id",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/discard", ADMIN,
	  seen_fields, .statements = "discarded=playbook_discard",
	  .redirect = "/dashboard/automation{+discarded.rest}"
	      "?done=discarded",
	  .again = "/dashboard/automation/playbooks/:id",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/release", ADMIN,
	  release_fields, .statements = "released=playbook_release",
	  .redirect = "/dashboard/automation?done={request_id}",
	  .again = "/dashboard/automation", .area = "automation" },
	{ GET, "/dashboard/automation/playbooks/:id/rehearsal", ADMIN,
	  rehearsal_fields,
	  .statements = PLAYBOOK_PAGE "rehearsal=playbook_rehearsal",
	  .must = "rehearsal", .template = "playbook/rehearsal",
	  .area = "automation" },
	{ GET, "/dashboard/automation/playbooks/:id/versions", PRACTITIONER,
	  .statements = PLAYBOOK_PAGE "versions=playbook_versions",
	  .must = "playbook", .template = "playbook/versions",
	  .area = "automation" },
	{ POST, "/dashboard/automation/playbooks/:id/restore/:version", ADMIN,
	  seen_fields,
	  .statements = "restored=playbook_restore",
	  .redirect = "/dashboard/automation/playbooks/{id}"
	      "?done=restored",
	  .again = "/dashboard/automation/playbooks/:id/versions",
	  .area = "automation" },
	{ GET, "/dashboard/automation/runs", PRACTITIONER,
	  playbook_log_fields,
	  .statements = "page=playbook_run_page playbooks=playbook_choices "
	      "runs=playbook_run_list tenants=my_tenants",
	  .template = "playbook/runs", .area = "automation" },
	{ GET, "/dashboard/automation/runs/:id", PRACTITIONER,
	  .statements = "run=playbook_run_show seen=playbook_run_seen "
	      "steps=playbook_run_steps plan=playbook_run_plan "
	      "tenants=my_tenants",
	  .must = "run", .template = "playbook/run", .area = "automation" },
	{ POST, "/dashboard/automation/runs/:id/undo", PRACTITIONER,
	  .statements = "undone=playbook_run_undo",
	  .redirect = "/dashboard/automation/runs/{id}?done=undone",
	  .again = "/dashboard/automation/runs/:id",
	  .area = "automation" },
	{ GET, "/dashboard/automation/deliveries", PRACTITIONER,
	  webhook_index_fields,
	  .statements = "page=webhook_page deliveries=webhook_list_{status} "
	      "endpoints=webhook_endpoint_list tenants=my_tenants",
	  .template = "webhook/index", .area = "automation" },
	{ POST, "/dashboard/automation/deliveries/retry", PRACTITIONER,
	  webhook_retry_fields,
	  .statements = "retried=webhook_retry_all",
	  .redirect = "/dashboard/automation/deliveries?done=retried_all",
	  .area = "automation" },
	{ GET, "/dashboard/automation/deliveries/:id", PRACTITIONER,
	  .statements = "delivery=webhook_show attempts=webhook_attempts "
	      "tenants=my_tenants",
	  .must = "delivery", .template = "webhook/show",
	  .area = "automation" },
	{ POST, "/dashboard/automation/deliveries/:id/retry", PRACTITIONER,
	  .statements = "retried=webhook_retry",
	  .redirect = "/dashboard/automation/deliveries/{id}?done=retried",
	  .again = "/dashboard/automation/deliveries/:id",
	  .area = "automation" },
	{ POST, "/dashboard/automation/deliveries/:id/discard", ADMIN,
	  .statements = "discarded=webhook_discard",
	  .redirect = "/dashboard/automation/deliveries?done=discarded",
	  .again = "/dashboard/automation/deliveries/:id",
	  .area = "automation" },
	{ POST, "/dashboard/automation/endpoints/:id", ADMIN, active_fields,
	  .statements = "endpoint=webhook_endpoint_set_active",
	  .must = "endpoint",
	  .redirect = "/dashboard/automation/deliveries?done={request_id}",
	  .area = "automation" },

	/* API */
	{ GET, "/api/v1/openapi.json", ANYONE, .handler = openapi_show,
	  .doc = { "getDocument", "Access", "This document",
	      .answer = "Document" } },
	{ GET, "/api/docs", ANYONE, .handler = openapi_page,
	  .template = "api/docs",
	  .doc = { "getDocs", "Access", "This document as a page",
	      .type = "text/html" } },
	{ GET, "/api/v1/search", VIEWER, search_fields,
	  .statements = "found=search_api", .json = "found",
	  .doc = { "search", "Search", "Accounts, contacts, pages and actions",
	      .detail = "Finds what has a word beginning with each word of q.",
	      .answer = "SearchResults" } },
	{ GET, "/api/v1/accounts", VIEWER, account_api_list_fields,
	  .takes_form = true, .may_repeat = true, .noun = "accounts",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listAccounts", "Accounts", "Accounts, a page at a time",
	      .answer = "Accounts", .is_list = true } },
	{ POST, "/api/v1/accounts", PRACTITIONER, account_api_fields,
	  .statements = "account=account_api_create", .json = "account",
	  .status = 201, .location = "/api/v1/accounts/{account.id}",
	  .doc = { "createAccount", "Accounts", "Add an account",
	      .answer = "Account", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id", VIEWER, api_one_fields,
	  .noun = "accounts", .statements = "one=api_one", .json = "one",
	  .doc = { "getAccount", "Accounts", "An account",
	      .answer = "Account", .is_versioned = true } },
	{ PATCH, "/api/v1/accounts/:id", PRACTITIONER, account_api_fields,
	  .statements = "account=account_api_update", .json = "account",
	  .doc = { "updateAccount", "Accounts", "Change an account",
	      .detail = "What is not sent stays; null takes a value away, "
		  "also of a custom attribute (RFC 7396).",
	      .answer = "Account", .is_versioned = true } },
	{ DELETE, "/api/v1/accounts/:id", PRACTITIONER,
	  .statements = "account=account_api_churn", .json = "account",
	  .doc = { "churnAccount", "Accounts", "Let an account go",
	      .detail = "Its status becomes churned. It stays, with its "
		  "history, and can be made active again.",
	      .answer = "Account", .is_versioned = true } },
	{ GET, "/api/v1/contacts", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "contacts",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listContacts", "Contacts", "Contacts, a page at a time",
	      .answer = "Contacts", .is_list = true } },
	{ GET, "/api/v1/contacts/:id", VIEWER, api_one_fields,
	  .noun = "contacts", .statements = "one=api_one", .json = "one",
	  .doc = { "getContact", "Contacts", "A contact",
	      .answer = "Contact", .is_versioned = true } },
	{ PATCH, "/api/v1/contacts/:id", PRACTITIONER, contact_api_fields,
	  .statements = "contact=contact_api_update", .json = "contact",
	  .doc = { "updateContact", "Contacts", "Change a contact",
	      .answer = "Contact", .is_versioned = true } },
	{ DELETE, "/api/v1/contacts/:id", PRACTITIONER,
	  .noun = "contacts", .statements = "gone=api_remove", .json = "gone",
	  .doc = { "deleteContact", "Contacts", "Remove a contact",
	      .detail = "The answer is what it was.",
	      .answer = "Contact", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/contacts", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "contacts",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountContacts", "Contacts",
	      "Contacts of an account", .answer = "Contacts",
	      .is_list = true } },
	{ POST, "/api/v1/accounts/:id/contacts", PRACTITIONER,
	  contact_api_fields,
	  .statements = "contact=contact_api_create", .json = "contact",
	  .status = 201, .location = "/api/v1/contacts/{contact.id}",
	  .doc = { "createContact", "Contacts", "Add a contact",
	      .answer = "Contact", .is_versioned = true } },
	{ GET, "/api/v1/accounts/export", VIEWER, account_csv_fields,
	  .takes_form = true, .may_repeat = true,
	  .statements = "accounts=account_csv_api", .csv = "accounts",
	  .doc = { "exportAccounts", "Accounts", "Accounts as CSV",
	      .detail = "All that the filters find, at most 10,000. A cell "
		  "that a spreadsheet would run as a formula begins with an "
		  "apostrophe, which an import takes away again.",
	      .type = "text/csv" } },
	{ POST, "/api/v1/accounts/bulk", PRACTITIONER, .takes_items = true,
	  .statements = "job=account_bulk_create", .json = "job",
	  .status = 202, .location = "/api/v1/jobs/{job.id}",
	  .doc = { "changeAccounts", "Jobs", "Change many accounts",
	      .detail = "Adds, changes and churns up to 1,000 accounts, each "
		  "as the call for one would. It is a job: look at Location "
		  "until its status is done. One that is refused does not "
		  "cost the others.",
	      .body = "AccountBulk", .answer = "Job" } },
	{ GET, "/api/v1/jobs", PRACTITIONER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "jobs",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listJobs", "Jobs", "Jobs, the newest first",
	      .answer = "Jobs", .is_list = true } },
	{ GET, "/api/v1/jobs/:id", PRACTITIONER,
	  .statements = "job=job_show", .must = "job", .json = "job",
	  .doc = { "getJob", "Jobs", "A job, with what became of its items",
	      .answer = "Job" } },
	{ DELETE, "/api/v1/jobs/:id", PRACTITIONER,
	  .statements = "cancelled=job_cancel job=job_show", .json = "job",
	  .doc = { "cancelJob", "Jobs", "Stop a job",
	      .detail = "What was done stays, the rest is not begun. Who could "
		  "ask for it may stop it.",
	      .answer = "Job", .also = "409" } },
	{ GET, "/api/v1/notes", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "notes",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listNotes", "Notes",
	      "Notes, calls, e-mails and meetings",
	      .answer = "Notes", .is_list = true } },
	{ GET, "/api/v1/notes/:id", VIEWER, api_one_fields,
	  .noun = "notes", .statements = "one=api_one", .json = "one",
	  .doc = { "getNote", "Notes", "A note",
	      .answer = "Note", .is_versioned = true } },
	{ PATCH, "/api/v1/notes/:id", CONTRIBUTOR, note_api_fields,
	  .statements = "note=note_api_update", .json = "note",
	  .doc = { "updateNote", "Notes", "Change a note",
	      .detail = "A Contributor changes his own.",
	      .answer = "Note", .is_versioned = true } },
	{ DELETE, "/api/v1/notes/:id", PRACTITIONER,
	  .noun = "notes", .statements = "gone=api_remove", .json = "gone",
	  .doc = { "deleteNote", "Notes", "Remove a note",
	      .detail = "The answer is what it was.",
	      .answer = "Note", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/notes", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "notes",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountNotes", "Notes",
	      "Notes of an account",
	      .answer = "Notes", .is_list = true } },
	{ POST, "/api/v1/accounts/:id/notes", CONTRIBUTOR,
	  note_api_fields,
	  .statements = "note=note_api_create", .json = "note",
	  .status = 201,
	  .location = "/api/v1/notes/{note.id}",
	  .doc = { "createNote", "Notes",
	      "Log a note, call, e-mail or meeting",
	      .answer = "Note", .is_versioned = true } },
	{ GET, "/api/v1/tasks", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "tasks",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listTasks", "Tasks",
	      "Tasks, a page at a time",
	      .answer = "Tasks", .is_list = true } },
	{ GET, "/api/v1/tasks/:id", VIEWER, api_one_fields,
	  .noun = "tasks", .statements = "one=api_one", .json = "one",
	  .doc = { "getTask", "Tasks", "A task",
	      .answer = "Task", .is_versioned = true } },
	{ PATCH, "/api/v1/tasks/:id", CONTRIBUTOR, task_api_fields,
	  .statements = "task=task_api_update", .json = "task",
	  .doc = { "updateTask", "Tasks", "Change, do or reopen a task",
	      .detail = "A Contributor changes his own.",
	      .answer = "Task", .is_versioned = true } },
	{ DELETE, "/api/v1/tasks/:id", PRACTITIONER,
	  .noun = "tasks", .statements = "gone=api_remove", .json = "gone",
	  .doc = { "deleteTask", "Tasks", "Remove a task",
	      .detail = "The answer is what it was.",
	      .answer = "Task", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/tasks", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "tasks",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountTasks", "Tasks",
	      "Tasks of an account",
	      .answer = "Tasks", .is_list = true } },
	{ POST, "/api/v1/accounts/:id/tasks", CONTRIBUTOR,
	  task_api_fields,
	  .statements = "task=task_api_create", .json = "task",
	  .status = 201,
	  .location = "/api/v1/tasks/{task.id}",
	  .doc = { "createTask", "Tasks", "Add a task",
	      .detail = "Without assignee_id it is the task of who adds "
		  "it.",
	      .answer = "Task", .is_versioned = true } },
	{ GET, "/api/v1/alerts", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "alerts",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listAlerts", "Alerts",
	      "Alerts, the newest first",
	      .answer = "Alerts", .is_list = true } },
	{ GET, "/api/v1/alerts/:id", VIEWER, api_one_fields,
	  .noun = "alerts", .statements = "one=api_one", .json = "one",
	  .doc = { "getAlert", "Alerts", "An alert",
	      .answer = "Alert", .is_versioned = true } },
	{ PATCH, "/api/v1/alerts/:id", PRACTITIONER, alert_api_fields,
	  .statements = "alert=alert_api_update", .json = "alert",
	  .doc = { "updateAlert", "Alerts", "Handle an alert, or open it again",
	      .answer = "Alert", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/alerts", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "alerts",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountAlerts", "Alerts",
	      "Alerts of an account",
	      .answer = "Alerts", .is_list = true } },
	{ GET, "/api/v1/tags", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "tags",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listTags", "Tags",
	      "All tags",
	      .answer = "Tags", .is_list = true } },
	{ GET, "/api/v1/accounts/:id/tags", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "account_tags",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountTags", "Tags",
	      "Tags of an account",
	      .answer = "AccountTags", .is_list = true } },
	{ POST, "/api/v1/accounts/:id/tags", PRACTITIONER,
	  tag_api_fields,
	  .statements = "tag=tag_api_add", .json = "tag",
	  .status = 201,
	  .doc = { "addAccountTag", "Tags", "Give an account a tag",
	      .detail = "One that is new is made; one that it has stays.",
	      .answer = "AccountTag" } },
	{ DELETE, "/api/v1/accounts/:id/tags/:tag", PRACTITIONER,
	  .statements = "gone=tag_api_remove", .json = "gone",
	  .doc = { "removeAccountTag", "Tags", "Take a tag from an account",
	      .detail = "The answer is what it was.",
	      .answer = "AccountTag" } },
	{ GET, "/api/v1/stages", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "stages",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listStages", "Journey",
	      "Stages of the journey",
	      .answer = "Stages", .is_list = true } },
	{ GET, "/api/v1/stages/:id", VIEWER, api_one_fields,
	  .noun = "stages", .statements = "one=api_one", .json = "one",
	  .doc = { "getStage", "Journey", "A stage",
	      .answer = "Stage", .is_versioned = true } },
	{ POST, "/api/v1/stages", ADMIN,
	  stage_api_fields,
	  .statements = "stage=stage_api_create", .json = "stage",
	  .status = 201,
	  .location = "/api/v1/stages/{stage.id}",
	  .doc = { "createStage", "Journey", "Add a stage",
	      .answer = "Stage", .is_versioned = true } },
	{ PATCH, "/api/v1/stages/:id", ADMIN, stage_api_fields,
	  .statements = "stage=stage_api_update", .json = "stage",
	  .doc = { "updateStage", "Journey", "Change or move a stage",
	      .detail = "With display_order it goes to that place; the "
		  "others make room.",
	      .answer = "Stage", .is_versioned = true } },
	{ DELETE, "/api/v1/stages/:id", ADMIN,
	  .statements = "gone=stage_api_remove", .json = "gone",
	  .doc = { "deleteStage", "Journey", "Remove a stage",
	      .detail = "While accounts are in it, it stays (409). "
		  "History keeps its name.",
	      .also = "409",
	      .answer = "Stage", .is_versioned = true } },
	{ GET, "/api/v1/stage-goals", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "stage_goals",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listGoals", "Journey",
	      "Goals of all stages",
	      .answer = "StageGoals", .is_list = true } },
	{ GET, "/api/v1/stage-goals/:id", VIEWER, api_one_fields,
	  .noun = "stage_goals", .statements = "one=api_one", .json = "one",
	  .doc = { "getGoal", "Journey", "A goal of a stage",
	      .answer = "StageGoal", .is_versioned = true } },
	{ GET, "/api/v1/stages/:id/goals", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "stage_goals",
	  .statements = "page=api_page_of_stage", .json = "page",
	  .doc = { "listStageGoals", "Journey",
	      "Goals of a stage",
	      .answer = "StageGoals", .is_list = true } },
	{ POST, "/api/v1/stages/:id/goals", ADMIN,
	  stage_goal_api_fields,
	  .statements = "goal=stage_goal_api_create", .json = "goal",
	  .status = 201,
	  .location = "/api/v1/stage-goals/{goal.id}",
	  .doc = { "createStageGoal", "Journey", "Add a goal to a stage",
	      .answer = "StageGoal", .is_versioned = true } },
	{ PATCH, "/api/v1/stage-goals/:id", ADMIN, stage_goal_api_fields,
	  .statements = "goal=stage_goal_api_update", .json = "goal",
	  .doc = { "updateStageGoal", "Journey", "Change or move a goal",
	      .answer = "StageGoal", .is_versioned = true } },
	{ DELETE, "/api/v1/stage-goals/:id", ADMIN,
	  .noun = "stage_goals", .statements = "gone=api_remove",
	  .json = "gone",
	  .doc = { "deleteStageGoal", "Journey", "Remove a goal",
	      .detail = "The answer is what it was.",
	      .answer = "StageGoal", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/goals", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "account_goals",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountGoals", "Journey",
	      "Goals of all stages, and how far an account is",
	      .answer = "AccountGoals", .is_list = true } },
	{ PATCH, "/api/v1/accounts/:id/goals/:goal", PRACTITIONER,
	  account_goal_api_fields,
	  .statements = "goal=account_goal_api_set", .json = "goal",
	  .doc = { "setAccountGoal", "Journey",
	      "Say how far an account is with a goal",
	      .detail = "waived needs a reason.",
	      .answer = "AccountGoal" } },
	{ GET, "/api/v1/journey-history", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "journey_history",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listJourneyHistory", "Journey",
	      "Stays of all accounts, the newest first",
	      .answer = "JourneyHistory", .is_list = true } },
	{ GET, "/api/v1/journey-history/:id", VIEWER, api_one_fields,
	  .noun = "journey_history", .statements = "one=api_one", .json = "one",
	  .doc = { "getStay", "Journey", "A stay in a stage",
	      .answer = "Stay", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/journey-history", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "journey_history",
	  .statements = "page=api_page_of_account", .json = "page",
	  .doc = { "listAccountJourneyHistory", "Journey",
	      "Stays of an account",
	      .answer = "JourneyHistory", .is_list = true } },
	{ POST, "/api/v1/accounts/:id/moves", PRACTITIONER,
	  move_api_fields,
	  .statements = "move=move_api_create", .json = "move",
	  .status = 201,
	  .location = "/api/v1/journey-history/{move.id}",
	  .doc = { "moveAccount", "Journey", "Move an account to another stage",
	      .detail = "The answer is the stay that begins. Mandatory "
		  "goals of the stage must be reached: name them "
		  "in goals, or say in reason why it goes on "
		  "without; those that block must be reached. With "
		  "from, nothing is done when it is in another "
		  "stage (409).",
	      .answer = "Stay", .is_versioned = true } },
	{ GET, "/api/v1/accounts/:id/timeline", VIEWER, timeline_api_fields,
	  .statements = "page=timeline_api_page", .json = "page",
	  .doc = { "getTimeline", "Accounts",
	      "What happened to an account, the newest first",
	      .answer = "Timeline", .is_list = true } },
	{ POST, "/api/v1/customer-success/customers/:id/health-scores",
	  PRACTITIONER, health_score_fields,
	  .statements = "made=account_score_record "
	      "score=health_score_api_current",
	  .json = "score", .status = 201,
	  .doc = { "createHealthScore", "Health", "Give a score its parts",
	      .answer = "HealthScore" } },
	{ GET, "/api/v1/customer-success/customers", VIEWER,
	  customer_list_fields,
	  .statements = "customers=customer_list", .json = "customers",
	  .doc = { "listCustomers", "Customers",
	      "Customers, a page at a time", .answer = "Customers",
	      .is_list = true } },
	{ POST, "/api/v1/customer-success/customers", PRACTITIONER,
	  customer_fields,
	  .statements = "customer=customer_create", .json = "customer",
	  .status = 201,
	  .location = "/api/v1/customer-success/customers/{customer.id}",
	  .doc = { "createCustomer", "Customers", "Add a customer",
	      .detail = "Without a tier it gets that of its annual revenue, "
		  "and goes on to do so when the revenue changes.",
	      .answer = "Customer", .is_versioned = true } },
	{ GET, "/api/v1/customer-success/customers/:id", VIEWER,
	  customer_get_fields,
	  .statements = "customer=customer_get", .json = "customer",
	  .doc = { "getCustomer", "Customers", "A customer",
	      .answer = "Customer", .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/customers/:id", PRACTITIONER,
	  customer_fields,
	  .statements = "customer=customer_update", .json = "customer",
	  .doc = { "updateCustomer", "Customers", "Change a customer",
	      .detail = "What is not sent stays, null takes a value away.",
	      .answer = "Customer", .is_versioned = true } },
	{ DELETE, "/api/v1/customer-success/customers/:id", PRACTITIONER,
	  .statements = "customer=customer_churn", .json = "customer",
	  .doc = { "churnCustomer", "Customers", "Let a customer go",
	      .detail = "Deletes nothing: its status becomes CHURNED. It "
		  "stays, with its history, and another status has it back.",
	      .answer = "ChurnedCustomer", .is_versioned = true } },
	{ GET, "/api/v1/customer-success/customers/:id/profile", VIEWER,
	  .statements = "profile=customer_profile", .json = "profile",
	  .doc = { "getCustomerProfile", "Customers", "The success profile",
	      .detail = "Of every customer: one that nobody has filled in is "
		  "empty, and its createdAt null.",
	      .answer = "CustomerSuccessProfile", .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/customers/:id/profile", PRACTITIONER,
	  customer_profile_fields,
	  .statements = "profile=customer_profile_update", .json = "profile",
	  .doc = { "updateCustomerProfile", "Customers",
	      "Change the success profile",
	      .detail = "What is not sent stays; null takes a value away, "
		  "and lists are replaced as a whole.",
	      .answer = "CustomerSuccessProfile", .is_versioned = true } },
	{ GET, "/api/v1/customer-success/customers/:id/health-scores",
	  VIEWER, customer_page_fields,
	  .statements = "scores=customer_scores", .json = "scores",
	  .doc = { "listCustomerHealthScores", "Health",
	      "All scores of a customer, the newest first",
	      .answer = "CustomerHealthScores", .is_list = true } },
	{ POST,
	  "/api/v1/customer-success/customers/:id/health-scores/calculate",
	  PRACTITIONER, customer_calculate_fields,
	  .statements = "score=customer_score_calculate", .json = "score",
	  .doc = { "calculateHealthScore", "Health",
	      "What parts would come to",
	      .detail = "Saves nothing. The four scores are weighed 30, 30, 20 "
		  "and 20 per cent; one that is left out does not count. "
		  "components, instead of them, are weighed by the scorecard "
		  "of the customer; without either, it says what that makes "
		  "of what is known.",
	      .answer = "CalculatedHealthScore" } },
	{ GET, "/api/v1/customer-success/statistics", VIEWER,
	  .statements = "figures=customer_statistics", .json = "figures",
	  .doc = { "getCustomerStatistics", "Customers",
	      "All customers in figures", .answer = "CustomerStatistics" } },
	{ GET, "/api/v1/customer-success/onboarding-metrics", VIEWER,
	  .statements = "figures=customer_onboarding", .json = "figures",
	  .doc = { "getOnboardingMetrics", "Customers",
	      "How onboarding goes", .answer = "OnboardingMetrics" } },
	{ GET, "/api/v1/customer-success/health-alerts", VIEWER,
	  customer_alert_fields,
	  .statements = "alerts=customer_alerts", .json = "alerts",
	  .doc = { "listHealthAlerts", "Health",
	      "Customers whose score fell or is low, the lowest first",
	      .answer = "HealthAlerts", .is_list = true } },
	{ GET, "/api/v1/customer-success/expansion-opportunities", VIEWER,
	  customer_page_fields,
	  .statements = "customers=customer_expansion", .json = "customers",
	  .doc = { "listExpansionOpportunities", "Customers",
	      "Customers that may grow, the largest first",
	      .answer = "ExpansionOpportunities", .is_list = true } },
	/* API: advocacy */
	{ GET, "/api/v1/customer-success/customers/:id/advocacy-activities",
	  VIEWER, advocacy_api_list_fields,
	  .statements = "activities=advocacy_api_list", .json = "activities",
	  .doc = { "listAdvocacyActivities", "Advocacy",
	      "What a customer was asked to do in public, the latest first",
	      .answer = "AdvocacyActivities", .is_list = true } },
	{ POST, "/api/v1/customer-success/customers/:id/advocacy-activities",
	  PRACTITIONER, advocacy_api_fields,
	  .statements = "activity=advocacy_api_create", .json = "activity",
	  .status = 201, .location =
	      "/api/v1/customer-success/advocacy-activities/{activity.id}",
	  .doc = { "createAdvocacyActivity", "Advocacy",
	      "Ask a customer for something in public",
	      .detail = "Who was asked a short while ago rests (90 days "
		  "unless the organisation says otherwise): REQUESTED is then "
		  "refused, and overrideReason is how to ask all the same.",
	      .answer = "AdvocacyActivity" } },
	{ GET, "/api/v1/customer-success/advocacy-activities/:id", VIEWER,
	  .statements = "activity=advocacy_api_get", .json = "activity",
	  .doc = { "getAdvocacyActivity", "Advocacy",
	      "An advocacy activity", .answer = "AdvocacyActivity",
	      .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/advocacy-activities/:id",
	  PRACTITIONER, advocacy_api_fields,
	  .statements = "activity=advocacy_api_update", .json = "activity",
	  .doc = { "updateAdvocacyActivity", "Advocacy",
	      "Change an advocacy activity",
	      .detail = "What is not sent stays; null takes a value away.",
	      .answer = "AdvocacyActivity", .is_versioned = true } },
	{ GET, "/api/v1/customer-success/advocacy-metrics", VIEWER,
	  .statements = "metrics=advocacy_api_metrics", .json = "metrics",
	  .doc = { "getAdvocacyMetrics", "Advocacy",
	      "Advocates and what they have done",
	      .answer = "AdvocacyMetrics" } },
	/* API: business reviews */
	{ GET, "/api/v1/customer-success/customers/:id/business-reviews",
	  VIEWER, review_api_list_fields,
	  .statements = "reviews=review_api_list", .json = "reviews",
	  .doc = { "listBusinessReviews", "Business reviews",
	      "Business reviews of a customer, the latest first",
	      .answer = "BusinessReviews", .is_list = true } },
	{ POST, "/api/v1/customer-success/customers/:id/business-reviews",
	  PRACTITIONER, review_api_fields,
	  .statements = "review=review_api_create", .json = "review",
	  .status = 201,
	  .location = "/api/v1/customer-success/business-reviews/{review.id}",
	  .doc = { "createBusinessReview", "Business reviews",
	      "Schedule a business review, or enter one that was held",
	      .detail = "With heldAt, or the status HELD, it was held: the "
		  "figures of that day are kept in metricsReview and do not "
		  "change any more. Action items become tasks of the "
		  "customer.",
	      .answer = "BusinessReview" } },
	{ GET, "/api/v1/customer-success/business-reviews/:id", VIEWER,
	  .statements = "review=review_api_get", .json = "review",
	  .doc = { "getBusinessReview", "Business reviews",
	      "A business review", .answer = "BusinessReview",
	      .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/business-reviews/:id",
	  PRACTITIONER, review_api_fields,
	  .statements = "review=review_api_update", .json = "review",
	  .doc = { "updateBusinessReview", "Business reviews",
	      "Change, hold or cancel a business review",
	      .detail = "What is not sent stays; null takes a value away. An "
		  "action item without an id is added; one with an id stays "
		  "as it is.",
	      .answer = "BusinessReview", .is_versioned = true } },
	/* API: success plans, milestones and their templates */
	{ GET, "/api/v1/customer-success/customers/:id/success-plans",
	  VIEWER, plan_api_list_fields,
	  .statements = "plans=success_plan_api_list", .json = "plans",
	  .doc = { "listSuccessPlans", "Success plans",
	      "Success plans of a customer, the newest first",
	      .answer = "SuccessPlans", .is_list = true } },
	{ POST, "/api/v1/customer-success/customers/:id/success-plans",
	  PRACTITIONER, plan_api_create_fields,
	  .statements = "plan=success_plan_api_create", .json = "plan",
	  .status = 201,
	  .location = "/api/v1/customer-success/success-plans/{plan.id}",
	  .doc = { "createSuccessPlan", "Success plans",
	      "Make a success plan",
	      .detail = "With milestones of its own, from a template, or "
		  "both. From a template it has the template's name and type, "
		  "its steps with due dates counted from startDate (or today) "
		  "at the pace of the customer's tier, and the customer's "
		  "owner, unless other values are given. Without a template it "
		  "begins as ONBOARDING and is called after its type.",
	      .answer = "SuccessPlan" } },
	{ GET, "/api/v1/customer-success/success-plans/:id", VIEWER,
	  .statements = "plan=success_plan_api_get", .json = "plan",
	  .doc = { "getSuccessPlan", "Success plans",
	      "A success plan with its milestones",
	      .answer = "SuccessPlan", .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/success-plans/:id", PRACTITIONER,
	  plan_api_fields,
	  .statements = "plan=success_plan_api_update", .json = "plan",
	  .doc = { "updateSuccessPlan", "Success plans",
	      "Change a success plan",
	      .detail = "What is not sent stays; null takes a value away.",
	      .answer = "SuccessPlan", .is_versioned = true } },
	{ POST, "/api/v1/customer-success/success-plans/:id/milestones",
	  PRACTITIONER, milestone_api_fields,
	  .statements = "milestone=milestone_api_create",
	  .json = "milestone", .status = 201,
	  .location = "/api/v1/customer-success/success-plans/{id}",
	  .doc = { "createMilestone", "Success plans", "Add a milestone",
	      .detail = "It stands behind the others of its phase unless it "
		  "has a position. Location is the plan, which holds it; "
		  "If-Match names its version.",
	      .answer = "SuccessPlanMilestone", .is_versioned = true } },
	{ PUT, "/api/v1/customer-success/success-plans/:id/milestones/:step",
	  PRACTITIONER, milestone_api_fields,
	  .statements = "milestone=milestone_api_update",
	  .json = "milestone",
	  .doc = { "updateMilestone", "Success plans", "Change a milestone",
	      .detail = "What is not sent stays; null takes a value away. "
		  "OVERDUE is worked out from dueDate and cannot be given.",
	      .answer = "SuccessPlanMilestone", .is_versioned = true } },
	{ GET, "/api/v1/plan-templates", VIEWER,
	  plan_template_api_list_fields,
	  .statements = "templates=plan_template_api_list",
	  .json = "templates",
	  .doc = { "listPlanTemplates", "Success plans",
	      "Templates of plans, by name",
	      .answer = "PlanTemplates", .is_list = true } },
	{ POST, "/api/v1/plan-templates", ADMIN, plan_template_api_fields,
	  .statements = "template=plan_template_api_create",
	  .json = "template", .status = 201,
	  .location = "/api/v1/plan-templates/{template.id}",
	  .doc = { "createPlanTemplate", "Success plans", "Add a template",
	      .answer = "PlanTemplate", .is_versioned = true } },
	{ GET, "/api/v1/plan-templates/:id", VIEWER,
	  .statements = "template=plan_template_api_get",
	  .json = "template",
	  .doc = { "getPlanTemplate", "Success plans", "A template",
	      .answer = "PlanTemplate", .is_versioned = true } },
	{ PATCH, "/api/v1/plan-templates/:id", ADMIN,
	  plan_template_api_fields,
	  .statements = "template=plan_template_api_update",
	  .json = "template",
	  .doc = { "updatePlanTemplate", "Success plans", "Change a template",
	      .detail = "What is not sent stays; null takes a value away. "
		  "Steps are replaced as a whole. Plans that were made from "
		  "it stay as they are.",
	      .answer = "PlanTemplate", .is_versioned = true } },
	{ DELETE, "/api/v1/plan-templates/:id", ADMIN,
	  .statements = "template=plan_template_api_remove",
	  .json = "template",
	  .doc = { "removePlanTemplate", "Success plans",
	      "Remove a template",
	      .detail = "It is gone. Plans that were made from it stay.",
	      .answer = "PlanTemplate", .is_versioned = true } },
	{ GET, "/api/health/score/:ref", VIEWER,
	  .statements = "score=health_score_api_show", .json = "score",
	  .doc = { "getSupplierHealth", "Health", "The current score",
	      .detail = "An account without a score is not there.",
	      .answer = "SupplierHealth" } },
	{ POST, "/api/v1/usage-metrics", CONTRIBUTOR, .takes_items = true,
	  .statements = "answer=ingest_usage", .json = "answer",
	  .doc = { "recordUsageMetrics", "Facts", "What was measured",
	      .body = "UsageMetrics", .answer = "IngestResult" } },
	{ POST, "/api/v1/events", CONTRIBUTOR, .takes_items = true,
	  .statements = "answer=ingest_events", .json = "answer",
	  .doc = { "recordEvents", "Facts", "What happened",
	      .body = "Events", .answer = "IngestResult" } },

	/* API: playbooks and executions */
	{ GET, "/api/v1/playbooks", PRACTITIONER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "playbooks",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listPlaybooks", "Playbooks",
	      "Playbooks, a page at a time",
	      .answer = "Playbooks", .is_list = true } },
	{ POST, "/api/v1/playbooks", ADMIN, playbook_api_create_fields,
	  .statements = "problems=playbook_api_problems "
	      "playbook=playbook_api_create",
	  .faults = "problems", .json = "playbook", .status = 201,
	  .location = "/api/v1/playbooks/{playbook.id}",
	  .doc = { "createPlaybook", "Playbooks", "Add a playbook",
	      .detail = "What it does becomes its draft: nothing runs before "
		  "that is published. Mistakes are named by their place, such "
		  "as /document/steps/0/endpoint.",
	      .answer = "Playbook", .is_versioned = true } },
	{ GET, "/api/v1/playbooks/:id", PRACTITIONER, api_one_fields,
	  .noun = "playbooks", .statements = "one=api_one", .json = "one",
	  .doc = { "getPlaybook", "Playbooks", "A playbook",
	      .answer = "Playbook", .is_versioned = true } },
	{ PATCH, "/api/v1/playbooks/:id", ADMIN, playbook_api_change_fields,
	  .statements = "problems=playbook_api_change_problems "
	      "playbook=playbook_api_change",
	  .faults = "problems", .json = "playbook",
	  .doc = { "updatePlaybook", "Playbooks", "Change a playbook",
	      .detail = "A document is taken whole and becomes the draft; "
		  "publish it to make it run. is_active pauses the playbook "
		  "or lets it listen again.",
	      .answer = "Playbook", .is_versioned = true, .also = "409" } },
	{ POST, "/api/v1/playbooks/:id/publish", ADMIN,
	  .statements = "playbook=playbook_api_publish", .json = "playbook",
	  .doc = { "publishPlaybook", "Playbooks", "Publish the draft",
	      .detail = "It runs from now on; the version before retires. "
		  "409: there is no draft.",
	      .answer = "Playbook", .is_versioned = true, .also = "422" } },
	{ DELETE, "/api/v1/playbooks/:id/draft", ADMIN,
	  .statements = "playbook=playbook_api_discard", .json = "playbook",
	  .doc = { "discardPlaybookDraft", "Playbooks", "Discard the draft",
	      .detail = "A playbook that was never published is gone with "
		  "it; one that was stays as it runs. 409: there is no "
		  "draft.",
	      .answer = "Playbook", .is_versioned = true, .also = "409" } },
	{ GET, "/api/v1/playbooks/:id/versions", PRACTITIONER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "playbook_versions",
	  .statements = "page=playbook_api_versions", .json = "page",
	  .doc = { "listPlaybookVersions", "Playbooks",
	      "Versions of a playbook",
	      .answer = "PlaybookVersions", .is_list = true } },
	{ GET, "/api/v1/playbooks/:id/versions/:version", PRACTITIONER,
	  api_one_fields, .noun = "playbook_versions",
	  .statements = "one=playbook_api_version", .json = "one",
	  .doc = { "getPlaybookVersion", "Playbooks", "A version",
	      .answer = "PlaybookVersion", .is_versioned = true } },
	{ POST, "/api/v1/playbooks/:id/versions/:version/roll-back", ADMIN,
	  .statements = "playbook=playbook_api_roll_back",
	  .json = "playbook",
	  .doc = { "rollBackPlaybook", "Playbooks", "Go back to a version",
	      .detail = "A copy of it is published as the newest version. "
		  "409: it is the draft, or the one that runs.",
	      .answer = "Playbook", .is_versioned = true, .also = "422" } },
	{ POST, "/api/v1/playbooks/:id/release", ADMIN,
	  playbook_api_release_fields,
	  .statements = "released=playbook_api_release", .json = "released",
	  .doc = { "releasePlaybook", "Playbooks", "Resolve a hold",
	      .detail = "One that stopped itself goes on, also for the "
		  "accounts that it was held back from, or stays paused.",
	      .answer = "PlaybookRelease" } },
	{ GET, "/api/v1/playbooks/:id/rehearsal", ADMIN,
	  playbook_api_rehearse_fields,
	  .statements = "rehearsal=playbook_api_rehearse",
	  .json = "rehearsal",
	  .doc = { "rehearsePlaybook", "Playbooks", "What it would have done",
	      .detail = "Rebuilds the events of the last days and judges "
		  "them as if it had run. Nothing is written, nobody is "
		  "told.",
	      .answer = "Rehearsal" } },
	{ POST, "/api/v1/playbooks/:id/runs", PRACTITIONER,
	  playbook_api_run_fields,
	  .statements = "run=playbook_api_run", .json = "run", .status = 201,
	  .location = "/api/v1/executions/{run.id}",
	  .doc = { "runPlaybook", "Playbooks", "Run it for an account",
	      .detail = "The execution says what came of it. 409: it was not "
		  "published yet.",
	      .answer = "Execution" } },
	{ GET, "/api/v1/executions", PRACTITIONER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "executions",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listExecutions", "Playbooks",
	      "Executions, the newest first",
	      .answer = "Executions", .is_list = true } },
	{ GET, "/api/v1/executions/:id", PRACTITIONER, api_one_fields,
	  .noun = "executions", .statements = "one=api_one", .json = "one",
	  .doc = { "getExecution", "Playbooks", "An execution",
	      .detail = "With the event, what it was judged by, and each "
		  "step.",
	      .answer = "Execution" } },
	{ POST, "/api/v1/executions/:id/undo", PRACTITIONER,
	  .statements = "undone=execution_api_undo", .json = "undone",
	  .doc = { "undoExecution", "Playbooks", "Undo an execution",
	      .detail = "What its steps changed is put back, all of it or "
		  "nothing; what was sent stays and is named. 409: it was "
		  "undone already, or something has changed since.",
	      .answer = "ExecutionUndo" } },

	/* API: endpoints and deliveries */
	{ GET, "/api/v1/endpoints", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "endpoints",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listEndpoints", "Webhooks",
	      "Endpoints, a page at a time",
	      .answer = "Endpoints", .is_list = true } },
	{ POST, "/api/v1/endpoints", ADMIN, endpoint_api_fields,
	  .statements = "endpoint=endpoint_api_create", .json = "endpoint",
	  .status = 201, .location = "/api/v1/endpoints/{endpoint.id}",
	  .doc = { "createEndpoint", "Webhooks", "Add an endpoint",
	      .detail = "The answer alone has the secret with which deliveries "
		  "are signed. It is not kept for Idempotency-Key: a replay "
		  "lacks it.",
	      .answer = "EndpointSecret", .is_versioned = true } },
	{ GET, "/api/v1/endpoints/:id", ADMIN, api_one_fields,
	  .noun = "endpoints",
	  .statements = "endpoint=api_one", .json = "endpoint",
	  .doc = { "getEndpoint", "Webhooks", "An endpoint",
	      .answer = "Endpoint", .is_versioned = true } },
	{ PATCH, "/api/v1/endpoints/:id", ADMIN, endpoint_api_fields,
	  .statements = "endpoint=endpoint_api_change", .json = "endpoint",
	  .doc = { "updateEndpoint", "Webhooks", "Change an endpoint",
	      .detail = "Without header_value the header keeps what it "
		  "carries; header_name null removes it. is_active false "
		  "pauses it: deliveries wait.",
	      .answer = "Endpoint", .is_versioned = true } },
	{ DELETE, "/api/v1/endpoints/:id", ADMIN,
	  .statements = "endpoint=endpoint_api_delete", .json = "endpoint",
	  .doc = { "deleteEndpoint", "Webhooks", "Remove an endpoint",
	      .detail = "Its deliveries that are over stay. 409: a playbook "
		  "sends to it, or deliveries wait for it.",
	      .answer = "Endpoint", .is_versioned = true, .also = "409" } },
	{ POST, "/api/v1/endpoints/:id/rotate-secret", ADMIN,
	  .statements = "endpoint=endpoint_api_rotate", .json = "endpoint",
	  .doc = { "rotateEndpointSecret", "Webhooks", "A new secret",
	      .detail = "The answer alone has it. The former one signs along "
		  "for a day.",
	      .answer = "EndpointSecret", .is_versioned = true } },
	{ POST, "/api/v1/endpoints/:id/test", ADMIN,
	  .statements = "delivery=endpoint_api_test", .json = "delivery",
	  .status = 201, .location = "/api/v1/deliveries/{delivery.id}",
	  .doc = { "testEndpoint", "Webhooks", "Send a test event",
	      .detail = "What came of it is in the delivery.",
	      .answer = "Delivery" } },
	{ GET, "/api/v1/deliveries", PRACTITIONER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "deliveries",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listDeliveries", "Webhooks",
	      "Deliveries, the newest first",
	      .answer = "Deliveries", .is_list = true } },
	{ GET, "/api/v1/deliveries/:id", PRACTITIONER, api_one_fields,
	  .statements = "delivery=delivery_api_get", .json = "delivery",
	  .doc = { "getDelivery", "Webhooks", "A delivery",
	      .detail = "With its payload and each attempt.",
	      .answer = "Delivery" } },
	{ POST, "/api/v1/deliveries/retry", PRACTITIONER,
	  delivery_api_retry_fields,
	  .statements = "retried=delivery_api_retry_all", .json = "retried",
	  .doc = { "retryDeliveries", "Webhooks", "Retry what failed",
	      .detail = "Those that were queued since then, the oldest first, "
		  "at most 1,000 at once.",
	      .answer = "DeliveryRetry" } },
	{ POST, "/api/v1/deliveries/:id/retry", PRACTITIONER,
	  .statements = "retried=webhook_retry delivery=delivery_api_now",
	  .json = "delivery",
	  .doc = { "retryDelivery", "Webhooks", "Retry a delivery",
	      .detail = "One that waits is due at once, one that failed waits "
		  "again. 409: it is being sent, or was delivered.",
	      .answer = "Delivery" } },
	{ DELETE, "/api/v1/deliveries/:id", ADMIN,
	  .statements = "gone=webhook_discard delivery=delivery_api_now",
	  .json = "delivery",
	  .doc = { "discardDelivery", "Webhooks", "Give a delivery up",
	      .detail = "One that waits counts as failed from now on. 409: "
		  "it no longer waits.",
	      .answer = "Delivery", .also = "409" } },

	/* API: scorecards */
	{ GET, "/api/v1/scorecards", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "scorecards",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listScorecards", "Scorecards",
	      "Scorecards, a page at a time",
	      .answer = "Scorecards", .is_list = true } },
	{ POST, "/api/v1/scorecards", ADMIN, scorecard_api_create_fields,
	  .statements = "problems=scorecard_api_problems "
	      "scorecard=scorecard_api_create",
	  .faults = "problems", .json = "scorecard", .status = 201,
	  .location = "/api/v1/scorecards/{scorecard.id}",
	  .doc = { "createScorecard", "Scorecards", "Add a scorecard",
	      .detail = "Its draft is the document, or else the preset. It "
		  "applies to nobody before it has a rule.",
	      .answer = "Scorecard", .is_versioned = true } },
	{ POST, "/api/v1/scorecards/rescore", ADMIN,
	  .statements = "run=scorecard_queue "
	      "progress=scorecard_api_progress",
	  .json = "progress",
	  .doc = { "rescoreAccounts", "Scorecards", "Score everything again",
	      .detail = "Puts each account into the queue of the engine.",
	      .answer = "ScoringProgress" } },
	{ GET, "/api/v1/scorecards/:id", ADMIN, api_one_fields,
	  .noun = "scorecards", .statements = "one=api_one", .json = "one",
	  .doc = { "getScorecard", "Scorecards", "A scorecard",
	      .answer = "Scorecard", .is_versioned = true } },
	{ PATCH, "/api/v1/scorecards/:id", ADMIN, scorecard_api_change_fields,
	  .statements = "problems=scorecard_api_change_problems "
	      "scorecard=scorecard_api_change",
	  .faults = "problems", .json = "scorecard",
	  .doc = { "updateScorecard", "Scorecards", "Change a scorecard",
	      .detail = "A document is taken whole and becomes the draft; a "
		  "rule acts at once. Mistakes are named by their place, such "
		  "as /document/dimensions/0/weight.",
	      .answer = "Scorecard", .is_versioned = true, .also = "409" } },
	{ POST, "/api/v1/scorecards/:id/publish", ADMIN,
	  .statements = "scorecard=scorecard_api_publish",
	  .json = "scorecard",
	  .doc = { "publishScorecard", "Scorecards", "Publish the draft",
	      .detail = "The accounts it applies to are scored again. 409: "
		  "there is no draft.",
	      .answer = "Scorecard", .is_versioned = true } },
	{ DELETE, "/api/v1/scorecards/:id/draft", ADMIN,
	  .statements = "scorecard=scorecard_api_discard",
	  .json = "scorecard",
	  .doc = { "discardScorecardDraft", "Scorecards",
	      "Discard the draft",
	      .detail = "A scorecard that was never published is gone with "
		  "it. 409: there is no draft.",
	      .answer = "Scorecard", .is_versioned = true, .also = "409" } },
	{ GET, "/api/v1/scorecards/:id/versions", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "scorecard_versions",
	  .statements = "page=scorecard_api_versions", .json = "page",
	  .doc = { "listScorecardVersions", "Scorecards",
	      "Versions of a scorecard",
	      .answer = "ScorecardVersions", .is_list = true } },
	{ GET, "/api/v1/scorecards/:id/versions/:version", ADMIN,
	  api_one_fields, .noun = "scorecard_versions",
	  .statements = "one=scorecard_api_version", .json = "one",
	  .doc = { "getScorecardVersion", "Scorecards", "A version",
	      .answer = "ScorecardVersion", .is_versioned = true } },
	{ POST, "/api/v1/scorecards/:id/versions/:version/roll-back", ADMIN,
	  .statements = "scorecard=scorecard_api_roll_back",
	  .json = "scorecard",
	  .doc = { "rollBackScorecard", "Scorecards", "Go back to a version",
	      .detail = "A copy of it is published as the newest version. "
		  "409: it is the draft, or the one that scores.",
	      .answer = "Scorecard", .is_versioned = true } },
	{ GET, "/api/v1/scorecards/:id/preview", ADMIN,
	  scorecard_api_preview_fields,
	  .statements = "preview=scorecard_api_preview", .json = "preview",
	  .doc = { "previewScorecard", "Scorecards",
	      "What publishing would do",
	      .detail = "Accounts and revenue by band before and after, and "
		  "who moves. Nothing is written.",
	      .answer = "ScorecardPreview" } },
	{ GET, "/api/v1/scorecards/:id/back-test", ADMIN,
	  scorecard_api_back_test_fields,
	  .statements = "test=scorecard_api_back_test", .json = "test",
	  .doc = { "backTestScorecard", "Scorecards",
	      "Would it have told who leaves",
	      .detail = "Judges it by the customers that churned and those "
		  "that renewed in the last two years.",
	      .answer = "BackTest" } },

	/* API: users, keys, audit log, attributes, tiers, views */
	{ GET, "/api/v1/users", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "users",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listUsers", "Administration",
	      "Users, a page at a time",
	      .answer = "Users", .is_list = true } },
	{ GET, "/api/v1/users/:id", ADMIN, api_one_fields,
	  .noun = "users", .statements = "one=api_one", .json = "one",
	  .doc = { "getUser", "Administration", "A user",
	      .answer = "User", .is_versioned = true } },
	{ PATCH, "/api/v1/users/:id", ADMIN, user_api_fields,
	  .statements = "user=user_api_change", .json = "user",
	  .doc = { "updateUser", "Administration", "Change a user",
	      .detail = "409: the last Tenant Admin stays one.",
	      .answer = "User", .is_versioned = true, .also = "409" } },
	{ DELETE, "/api/v1/users/:id", ADMIN,
	  .statements = "user=user_api_deactivate", .json = "user",
	  .doc = { "removeUser", "Administration", "Take a user's access away",
	      .detail = "The person is deactivated and signed out: what the "
		  "person did stays, and is_active lets the person in "
		  "again. 409: the last Tenant Admin stays one.",
	      .answer = "User", .is_versioned = true, .also = "409" } },
	{ GET, "/api/v1/invitations", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "invitations",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listInvitations", "Administration",
	      "Invitations, a page at a time",
	      .answer = "Invitations", .is_list = true } },
	{ POST, "/api/v1/invitations", ADMIN, invite_fields,
	  .statements = "invitation=invitation_api_create",
	  .json = "invitation", .status = 201,
	  .location = "/api/v1/invitations/{invitation.id}",
	  .doc = { "createInvitation", "Administration", "Ask somebody to join",
	      .detail = "The answer alone has the link that opens it. Who is "
		  "asked again gets a new one; the old one is closed.",
	      .answer = "InvitationLink" } },
	{ GET, "/api/v1/invitations/:id", ADMIN, api_one_fields,
	  .noun = "invitations", .statements = "one=api_one", .json = "one",
	  .doc = { "getInvitation", "Administration", "An invitation",
	      .answer = "Invitation", .is_versioned = true } },
	{ DELETE, "/api/v1/invitations/:id", ADMIN,
	  .statements = "gone=invitation_revoke "
	      "invitation=invitation_api_now",
	  .json = "invitation",
	  .doc = { "revokeInvitation", "Administration",
	      "Take an invitation back",
	      .detail = "Its link opens nothing any more.",
	      .answer = "Invitation" } },
	{ GET, "/api/v1/api-keys", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "api_keys",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listApiKeys", "Administration",
	      "Keys, a page at a time",
	      .answer = "ApiKeys", .is_list = true } },
	{ POST, "/api/v1/api-keys", ADMIN, api_key_fields,
	  .handler = api_key_api_create,
	  .statements = "made=api_key_api_create", .json = "made",
	  .status = 201, .location = "/api/v1/api-keys/{made.id}",
	  .doc = { "createApiKey", "Administration", "A new key",
	      .detail = "The answer alone has the key: what is kept of it, "
		  "also for Idempotency-Key, is its SHA-256.",
	      .answer = "ApiKeySecret" } },
	{ GET, "/api/v1/api-keys/:id", ADMIN, api_one_fields,
	  .noun = "api_keys", .statements = "one=api_one", .json = "one",
	  .doc = { "getApiKey", "Administration", "A key",
	      .answer = "ApiKey", .is_versioned = true } },
	{ DELETE, "/api/v1/api-keys/:id", ADMIN,
	  .statements = "revoked=api_key_revoke key=api_key_api_now",
	  .must = "revoked", .json = "key",
	  .doc = { "revokeApiKey", "Administration", "Revoke a key",
	      .detail = "It ends at once. 404: it was revoked already.",
	      .answer = "ApiKey" } },
	{ GET, "/api/v1/audit-log", ADMIN, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "audit_log",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listAuditLog", "Administration",
	      "The audit log, a page at a time",
	      .answer = "AuditLog", .is_list = true } },
	{ GET, "/api/v1/custom-attributes", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "custom_attributes",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listCustomAttributes", "Administration",
	      "Custom attributes, a page at a time",
	      .answer = "CustomAttributes", .is_list = true } },
	{ POST, "/api/v1/custom-attributes", ADMIN,
	  attribute_api_create_fields,
	  .statements = "attribute=attribute_api_create",
	  .json = "attribute", .status = 201,
	  .location = "/api/v1/custom-attributes/{attribute.id}",
	  .doc = { "createCustomAttribute", "Administration",
	      "Add an attribute", .answer = "CustomAttribute",
	      .is_versioned = true } },
	{ GET, "/api/v1/custom-attributes/:id", VIEWER, api_one_fields,
	  .noun = "custom_attributes",
	  .statements = "one=api_one", .json = "one",
	  .doc = { "getCustomAttribute", "Administration", "A custom attribute",
	      .answer = "CustomAttribute", .is_versioned = true } },
	{ PATCH, "/api/v1/custom-attributes/:id", ADMIN,
	  attribute_api_change_fields,
	  .statements = "attribute=attribute_api_change",
	  .json = "attribute",
	  .doc = { "updateCustomAttribute", "Administration",
	      "Change an attribute",
	      .detail = "Key and kind stay. position moves it; the others "
		  "make room.",
	      .answer = "CustomAttribute", .is_versioned = true } },
	{ DELETE, "/api/v1/custom-attributes/:id", ADMIN,
	  .statements = "attribute=attribute_api_delete",
	  .json = "attribute",
	  .doc = { "deleteCustomAttribute", "Administration",
	      "Remove an attribute",
	      .detail = "Values that accounts have under its key stay, "
		  "unseen.",
	      .answer = "CustomAttribute", .is_versioned = true } },
	{ GET, "/api/v1/account-tiers", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "account_tiers",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listAccountTiers", "Administration",
	      "Tiers, the smallest first",
	      .answer = "AccountTiers", .is_list = true } },
	{ GET, "/api/v1/account-tiers/:id", VIEWER, api_one_fields,
	  .noun = "account_tiers", .statements = "one=api_one", .json = "one",
	  .doc = { "getAccountTier", "Administration", "A tier",
	      .answer = "AccountTier", .is_versioned = true } },
	{ PATCH, "/api/v1/account-tiers/:id", ADMIN, tier_api_fields,
	  .statements = "tier=tier_api_change", .json = "tier",
	  .doc = { "updateAccountTier", "Administration", "Change a tier",
	      .detail = "arr_from stays between those of the tiers beside "
		  "it.",
	      .answer = "AccountTier", .is_versioned = true } },
	{ GET, "/api/v1/saved-views", VIEWER, api_page_fields,
	  .takes_form = true, .may_repeat = true, .noun = "saved_views",
	  .statements = "page=api_page", .json = "page",
	  .doc = { "listSavedViews", "Saved views",
	      "Your views and those of the team",
	      .answer = "SavedViews", .is_list = true } },
	{ POST, "/api/v1/saved-views", VIEWER, saved_view_api_fields,
	  .statements = "view=saved_view_api_create", .json = "view",
	  .status = 201, .location = "/api/v1/saved-views/{view.id}",
	  .doc = { "createSavedView", "Saved views", "Keep a list",
	      .detail = "A view belongs to a person: a key cannot make one "
		  "(403).",
	      .answer = "SavedView", .is_versioned = true, .also = "403" } },
	{ GET, "/api/v1/saved-views/:id", VIEWER, api_one_fields,
	  .noun = "saved_views", .statements = "one=api_one", .json = "one",
	  .doc = { "getSavedView", "Saved views", "A view",
	      .answer = "SavedView", .is_versioned = true } },
	{ PATCH, "/api/v1/saved-views/:id", VIEWER, saved_view_api_fields,
	  .statements = "view=saved_view_api_change", .json = "view",
	  .doc = { "updateSavedView", "Saved views", "Change a view",
	      .detail = "One's own; a Tenant Admin changes shared ones as "
		  "well.",
	      .answer = "SavedView", .is_versioned = true, .also = "403" } },
	{ DELETE, "/api/v1/saved-views/:id", VIEWER,
	  .statements = "view=saved_view_api_delete", .json = "view",
	  .doc = { "deleteSavedView", "Saved views", "Remove a view",
	      .detail = "The answer is what it was.",
	      .answer = "SavedView", .is_versioned = true } },
	{ POST, "/api/v1/undo", VIEWER, undo_api_fields,
	  .statements = "undone=undo_api", .json = "undone",
	  .doc = { "undoRequest", "Administration", "Take a request back",
	      .detail = "All rows that it changed are put back, or none. "
		  "For 24 hours, by who made it or a Tenant Admin; an undo "
		  "can be undone. 409: something has changed since.",
	      .answer = "Undo", .also = "403 404" } },

	/* For those who build */
	{ GET, "/design", VIEWER,
	  .statements = "charts=design_charts tenants=my_tenants",
	  .template = "design/index", .is_hidden = true },

	/* For supervisors */
	{ GET, "/healthz", ANYONE, .handler = probe_health },
	{ GET, "/readyz", ANYONE, .handler = probe_ready },
	{ GET, "/metrics", ANYONE, .handler = probe_figures },
	{ GET, "/metrics/sign-in", ANYONE, .pool = "auth",
	  .handler = probe_figures },
	{ .path = NULL }
};
/* clang-format on */
