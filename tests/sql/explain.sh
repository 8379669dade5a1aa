#!/bin/bash
# explain.sh - the statements of sql/queries stay small in a large tenant.
#
# Tenant alpha gets 100,000 accounts, each with a stay, a score and some
# alerts; ten thousand of them lie below one.  Every statement of the page
# pool is prepared as the program does it, run six times as on a connection
# that has lived for a while, and then explained as mainstay_app with its
# settings and row security on.  It must not read a large table from end to
# end, nor touch more than a few thousand rows in any step, nor call a function
# in SQL that was meant to unfold: such a call is parsed and planned anew by
# each execution.
# Run by run.sh.
set -euo pipefail

queries=${MAINSTAY_SQL:?}/queries
dir=$(mktemp -d)
number=0
large='accounts|journey_history|health_scores|alerts|contacts|notes|tasks'
rows_max=5000
walk_max=100100
trap 'rm -rf "$dir"' EXIT

fill() {
	psql -XAtq -v ON_ERROR_STOP=1 <<-'SQL'
	set session_replication_role = replica;
	select test.tenant('alpha') as alpha \gset
	insert into mainstay.tenants (slug, name)
	select 'small-' || n, 'Small ' || n from generate_series(1, 20) n;
	create temporary table size as
	select id as tenant_id, case id when :'alpha' then 100000 else 500 end
	    as rows from mainstay.tenants where slug ~ 'small|alpha';
	insert into mainstay.accounts (tenant_id, id, name, arr_cents, status,
	    health_score, health_band, current_stage, stage_entered_at,
	    renewal_date, csm_id, parent_id, hierarchy_level, hierarchy_path)
	select s.tenant_id, id, md5(n::text) || n, n * 7919 % 100000000,
	    (array['active', 'active', 'active', 'churned'])[1 + n % 4],
	    n % 101, (array['critical', 'critical', 'at_risk', 'moderate',
	        'healthy', 'healthy'])[1 + n % 101 / 20],
	    (array['Onboarding', 'Adoption', 'Renewal'])[1 + n % 3],
	    now() - n % 300 * interval '1 day', current_date + n % 700,
	    (select user_id from mainstay.profiles p
	        where p.tenant_id = s.tenant_id limit 1), t.parent_id,
	    num_nonnulls(t.parent_id), concat_ws('/', t.parent_id, id)
	from size s cross join lateral generate_series(1, s.rows) n
	cross join lateral (select md5(s.tenant_id::text || n)::uuid) g (id)
	cross join lateral (select case when n % 10 = 0 then
	    md5(s.tenant_id::text || 1)::uuid end) t (parent_id);
	insert into mainstay.account_words (tenant_id, word, account_id)
	select a.tenant_id, w, a.id from mainstay.accounts a
	cross join lateral mainstay.name_words(a.name) w
	where a.name ~ '^[0-9a-f]{32}';
	insert into mainstay.journey_history (tenant_id, account_id, to_stage,
	    entered_at)
	select a.tenant_id, a.id, a.current_stage, a.stage_entered_at
	from mainstay.accounts a where a.name ~ '^[0-9a-f]{32}';
	insert into mainstay.health_scores (tenant_id, account_id,
	    overall_score, risk_level, band, is_current)
	select a.tenant_id, a.id, a.health_score, 'x', a.health_band, true
	from mainstay.accounts a where a.name ~ '^[0-9a-f]{32}';
	insert into mainstay.alerts (tenant_id, account_id, kind, title, status)
	select a.tenant_id, a.id, 'x', 'x',
	    (array['resolved', 'resolved', 'open'])[1 + a.health_score % 3]
	from mainstay.accounts a where a.health_score < 30;
	insert into mainstay.contacts (tenant_id, account_id, full_name)
	select a.tenant_id, a.id, 'Ann ' || a.name from mainstay.accounts a
	where a.health_score % 3 = 0;
	insert into mainstay.notes (tenant_id, account_id, body, occurred_at)
	select a.tenant_id, a.id, 'x', a.stage_entered_at
	from mainstay.accounts a where a.health_score % 3 = 1;
	insert into mainstay.tasks (tenant_id, account_id, title, due_on)
	select a.tenant_id, a.id, 'x', a.renewal_date
	from mainstay.accounts a where a.health_score % 3 = 2;
	insert into mainstay.stage_sums (tenant_id, stage, entered_on,
	    is_churned, accounts, arr_cents)
	select l.tenant_id, l.stage, l.entered_on, l.is_churned, count(*),
	    sum(l.arr_cents)
	from mainstay.accounts a
	cross join lateral mainstay.stage_sum_line(a) l group by 1, 2, 3, 4;
	insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
	    accounts, arr_cents, score_sum, score_count, score_arr_sum,
	    scored_arr_cents)
	select a.tenant_id, c.cell, l.kind, l.key, sum(l.accounts),
	    sum(l.arr_cents), sum(l.score_sum), sum(l.score_count),
	    sum(l.score_arr_sum), sum(l.scored_arr_cents)
	from mainstay.accounts a
	cross join lateral mainstay.rollup_cells(a.tier, a.csm_id) c
	cross join lateral mainstay.rollup_lines(a.status, a.health_band,
	    a.current_stage, a.renewal_date, a.arr_cents, a.health_score, 1) l
	group by 1, 2, 3, 4;
	select api.refresh_portfolio(:'alpha');
	vacuum analyze;
	SQL
}

# One file per statement of the page pool, without its comments.
split() {
	local file
	for file in "$queries"/*.sql; do
		! grep -q '^-- pool: auth' "$file" || continue
		awk -v dir="$dir" '
		/^-- name: / { out = dir "/" $3 ".stmt"; next }
		/^ *--/ || out == "" { next }
		{ sub(/ -- .*/, ""); print > out }' "$file"
	done
}

parameters() {
	sed "s/'[^']*'//g" "$1" | grep -oP '(?<![:\w]):[A-Za-z_]+' |
	    tr -d : | awk '!seen[$0]++'
}

# The value of a parameter: what the variant says, else what always fits.
value() {
	case " $2 " in
	*" $1="*) echo "'$(sed "s/.* $1=\([^ ]*\) .*/\1/" <<<" $2 ")'" ;;
	*" tenant_id "*) ;;
	*)
		case $1 in
		tenant_id) echo "'$tenant'" ;;
		id | account_id | ref) echo "'${id:-$account}'" ;;
		version) echo "'$version'" ;;
		form) echo "${form:-"'{\"seen\": \"${seen:-}\", \"name\": \"x\"}'"}" ;;
		sort) echo "'${sort:-name}'" ;;
		given) echo "${given:-"'{}'"}" ;;
		values) echo "${sent:-"'{}'"}" ;;
		noun) echo "'${noun:-}'" ;;
		limit) echo 50 ;;
		include) echo "'${include:-}'" ;;
		name) [ -n "${given:-}" ] && echo "'x'" || echo null ;;
		change) echo "'status'" ;;
		target) echo "'paused'" ;;
		picks) echo "'$account:00000000'" ;;
		items) echo "'{\"items\": []}'" ;;
		user_id) echo "'$user'" ;;
		score | *_score) echo 50 ;;
		reason) echo "'Because'" ;;
		expires_at) echo "'tomorrow'" ;;
		health_rollup) echo "'own'" ;;
		full_name | title | body) echo "'Text'" ;;
		influence) echo "'user'" ;;
		kind) echo "'note'" ;;
		priority) echo "'low'" ;;
		status) echo "${status:-null}" ;;
		*) echo null ;;
		esac
		;;
	esac
}

# explain STATEMENT [name=value ...]
explain() {
	local sql=$dir/$1.stmt i=0 usual='' values='' p
	{
		echo 'begin;'
		echo "select set_config(split_part(s, '=', 1),"
		echo "split_part(s, '=', 2), true) is null from pg_roles,"
		echo "unnest(rolconfig) s where rolname = 'mainstay_app';"
		echo 'set local role mainstay_app;'
		echo "select api.begin_request('$session') is null;"
		for p in $(parameters "$sql"); do
			i=$((i + 1))
			echo "\\set $p \$$i"
			usual+=", $(value "$p" '')"
			values+=", $(value "$p" "${2:-}")"
		done
		echo 'prepare p as'
		sed 's/; *$//' "$sql"
		echo '; \o /dev/null'
		for i in 1 2 3 4 5 6; do
			echo "execute p${usual:+(${usual#, })};"
		done
		echo '\o'
		echo "explain (analyze, timing off)" \
		    "execute p${values:+(${values#, })};"
		echo "\\o $dir/verbose"
		echo "explain (verbose, costs off)" \
		    "execute p${values:+(${values#, })};"
		echo 'rollback;'
	} | PGOPTIONS="$PGOPTIONS ${nested:-}" psql -XAtq -v ON_ERROR_STOP=1
}

# The most rows that one step of the plan brought or threw away.
most_rows() {
	sed -nE 's/.*\(actual rows=([0-9]+) loops=([0-9]+)\).*/\1 \2/p
	    s/.*Rows Removed by [A-Za-z ]*: ([0-9]+).*/\1 1/p' "$1" |
	    awk '{ n = $1 * $2; if (n > max) max = n } END { print max + 0 }'
}

# The functions in SQL that the plan calls; the getters' last resort is for
# a person in psql.
called() {
	sed -E 's/(tenant|role)_of_session_user\(\)//g' "$dir/verbose" |
	    grep -oE "(^|[^a-z_])($functions)\(" | tr -dc 'a-z_\n' | sort -u |
	    paste -sd' '
}

fail() {
	echo "not ok $number - $1"
	sed 's/^/#     /' "$dir/plan"
}

# check STATEMENT [name=value ...]
check() {
	local plan=$dir/plan rows
	number=$((number + 1))
	if ! explain "$@" >"$plan" 2>&1; then
		fail "$*: not planned"
		return
	fi
	rows=$(most_rows "$plan")
	if grep -qE "Seq Scan on ($large)( |\$)" "$plan"; then
		fail "$*: reads a large table from end to end"
	elif ! grep -q "${must:-}" "$plan"; then
		fail "$*: no $must"
	elif [ "$rows" -gt "${limit:-$rows_max}" ]; then
		fail "$*: touches $rows rows"
	elif [ -n "$(called)" ]; then
		fail "$*: calls $(called)"
	else
		echo "ok $number - $* ($rows rows," \
		    "$(sed -n 's/^Execution Time: //p' "$plan"))"
	fi
}

# What a filter finds is asked by a statement of its own, inside: all that
# runs is logged into the plan.
log_nested='-c session_preload_libraries=auto_explain -c client_min_messages=log
    -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on
    -c auto_explain.log_timing=off -c auto_explain.log_nested_statements=on'

check_filters() {
	local filter
	for filter in '{"q":"abc"}' \
	    '{"band":"critical"}' \
	    '{"band":"at_risk","due":"90","arr.over":"50000"}' \
	    '{"band":"risk","tier":"small_business","status":"current"}' \
	    '{"arr.over":"999990","2.due":"0"}' \
	    '{"stage":"Renewal","arr.between":"100","arr.between":"110"}' \
	    '{"owner":"none"}' '{"tag":"nowhere"}' '{"name.contains":"zz"}' \
	    "{\"under\":\"$group\"}" "{\"under\":\"$account\"}"; do
		# to know all groups, each name must be looked at
		case $1$filter in *tree*contains*) continue ;; esac
		form="'{}'" limit=$walk_max nested=$log_nested \
		    check "$1" "form=$filter"
	done
}

# Where the midst of a list is. $1 noun, $2 sort
midst() {
	local key way=
	case $2 in -*) way=desc ;; esac
	key=$(psql -XAtqc "select app.resource('$1') #>>
	    array['sorts', '${2#-}', 'sql']")
	psql -XAtqc "select app.cursor_text('$2', ($key)::text, a.id::text)
	    from resource.$1 a where a.tenant_id = '$tenant'
	    order by $key $way, a.id $way offset (select count(*) / 2
	    from resource.$1 a where a.tenant_id = '$tenant') limit 1"
}

# Each noun of the API in each of its orders, first page and midst, with all
# that it can embed. Of accounts the orders that an index holds.
check_nouns() {
	local noun sort include form="'{}'" nested=$log_nested
	while read -r noun sort include; do
		case $noun$sort in
		# Of an account only.
		account_goals*) continue ;;
		accounts*stage | accounts*days | accounts*owner) continue ;;
		accounts*status | accounts*tier) continue ;;
		esac
		check api_page "form={} include=$include"
		check api_page "cursor=$(midst "$noun" "$sort")"
	done < <(psql -XAtqF' ' -c "select n.key, s.value, (
	    select string_agg(i, ',')
	        from json_object_keys(n.value -> 'includes') i)
	    from json_each(app.resources()) n
	    cross join json_array_elements_text(n.value -> 'sorts') s")
	for noun in alerts contacts journey_history notes tasks; do
		sort=$(psql -XAtqc "select app.resource('$noun') ->> 'sort'") \
		    check api_page_of_account
	done
	noun=account_tags check api_page_of_account
	noun=account_goals sort=place check api_page_of_account
	noun=accounts check api_one 'include=contacts,parent'
}

fill
session=$(psql -XAtqc "select test.session('admin@alpha.test')" | tail -n 1)
tenant=$(psql -XAtqc "select test.tenant('alpha')")
user=$(psql -XAtqc "select test.person('admin@alpha.test')")
group=$(psql -XAtqc "select md5('${tenant}1')::uuid")
account=$(psql -XAtqc "select md5('${tenant}2')::uuid")
yesterday=$(date -u -d yesterday +%F)
functions=$(psql -XAtqc "select string_agg(distinct proname, '|')
    from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'app'::regnamespace and l.lanname = 'sql'
        and not p.proretset")
stage=$(psql -XAtqc "select id from mainstay.journey_stages
    where tenant_id = '$tenant' and name = 'Adoption'")
card=$(psql -XAtqc "select id from mainstay.scorecards
    where tenant_id = '$tenant' and is_default")
version=$(psql -XAtqc "select id from mainstay.scorecard_versions
    where scorecard_id = '$card' and status = 'published'")
card_seen=$(psql -XAtqc "select seen
    from mainstay.scorecard_base('$tenant', '$card')")
rule_seen=$(psql -XAtqc "select md5(c::text) from mainstay.scorecards c
    where id = '$card'")
new_form="'{\"name\": \"x\", \"status\": \"active\", \"tier\": \"trial\",
    \"arr\": \"1\", \"currency\": \"USD\", \"parent_id\": \"$group\"}'"
playbook=$(psql -XAtqc "select id from mainstay.playbooks
    where tenant_id = '$tenant' limit 1")
mark_form=$(psql -XAtqc "select quote_literal(jsonb_build_object('name', 'x',
    'w.name', mainstay.value_mark(name))) from mainstay.accounts
    where tenant_id = '$tenant' and id = '$account'")
split

for stmt in "$dir"/*.stmt; do
	name=$(basename "$stmt" .stmt)
	case $name in
	begin_request | begin_api_request | require_role) continue ;;
	touch_session | touch_api_key | readiness) continue ;;
	# Of the log, by one id; there is nothing to undo here.
	undo_*) continue ;;
	session_* | *_switch | my_* | preferences_set) continue ;;
	health_override_end) continue ;;
	# What a scorecard does to all accounts is asked of all accounts.
	scorecard_list | scorecard_*preview | scorecard_back_test) continue ;;
	scorecard_queue | webhook_discard | webhook_retry) continue ;;
	# Done once, of what was seen: not six times.
	scorecard_create | scorecard_*save | scorecard_publish) continue ;;
	scorecard_discard | scorecard_roll_back) continue ;;
	scorecard_make_default) continue ;;
	playbook_save | playbook_publish | playbook_discard) continue ;;
	playbook_restore | playbook_set_active) continue ;;
	playbook_release | playbook_run_undo) continue ;;
	playbook_api_c* | playbook_api_discard | playbook_api_publish) continue ;;
	playbook_api_release | playbook_api_roll_back) continue ;;
	playbook_api_run | execution_api_undo) continue ;;
	scorecard_api_create | scorecard_api_discard) continue ;;
	scorecard_api_publish | scorecard_api_roll_back) continue ;;
	custom_attribute_create | custom_attribute_edit) continue ;;
	custom_attribute_move | custom_attribute_delete) continue ;;
	attribute_api_*) continue ;;
	task_status) status="'done'" check "$name" ;;
	contact_save | note_save | task_save | playbook_run) continue ;;
	# The name of a request is taken once.
	idempotency_take) continue ;;
	account_api_create | customer_create) given="'{name}'" check "$name" ;;
	customer_list | customer_scores | customer_alerts | customer_expansion)
		check "$name" 'limit=50'
		;;
	# Of each noun, below.
	api_page* | api_one | api_remove) continue ;;
	contact_api_update | note_api_* | task_api_* | stage_*api_*) continue ;;
	account_goal_api_set | move_api_create | tag_api_add) continue ;;
	alert_api_update | account_bulk_create | job_cancel) continue ;;
	contact_api_create)
		sent="'{\"full_name\": \"x\", \"influence\": \"user\"}'" \
		    check "$name"
		;;
	account_create) form=$new_form check "$name" ;;
	account_save) form=$mark_form check "$name" ;;
	account_parts_record)
		form="'{\"usage_score\": \"50\"}'" check "$name"
		;;
	account_details | account_new | account_parts) form=null check "$name" ;;
	review_create | review_save | review_hold | review_cancel) continue ;;
	review_reopen | review_item_create) continue ;;
	review_api_[cu]* | advocacy_api_[cu]* | advocacy_create) continue ;;
	advocacy_save | advocacy_rest_set) continue ;;
	review_api_list | advocacy_api_list) check "$name" 'limit=50' ;;
	# Of a plan, a step or a template by its id.
	plan_save | plan_status | plan_remove | success_plan_api_update | \
	    plan_step_[emrs]* | milestone_api_*) continue ;;
	plan_template_[cde]* | plan_template_api_[cru]*) continue ;;
	stage_create | stage_edit | stage_move | stage_delete) continue ;;
	stage_goal_[cemd]*) continue ;;
	journey_stage | journey_stage_cards) id=$stage check "$name" ;;
	# Of an account that has moved, as the first of six does.
	journey_move) continue ;;
	endpoint_[cept]* | endpoint_r* | tier_edit) continue ;;
	endpoint_api_* | tier_api_change | user_api_*) continue ;;
	api_key_create | api_key_revoke | api_key_api_create) continue ;;
	member_*activate | member_edit | invitation_*e) continue ;;
	playbook_api_versions)
		id=$playbook sort=version form="'{}'" check "$name"
		;;
	scorecard_api_versions)
		id=$card sort=version form="'{}'" check "$name"
		;;
	scorecard_rule*) id=$card seen=$rule_seen check "$name" ;;
	scorecard_*) id=$card seen=$card_seen check "$name" ;;
	account_list_*) form="'{}'" check "$name" ;;
	account_tree_found) form="'{}'" check "$name" ;;
	account_import_*)
		form="json_build_object('csv', e'external_id,name\nA,B')" \
		    check "$name"
		;;
	account_csv) form="'{\"due\":\"20\"}'" check "$name" ;;
	bulk_change_[np]*)
		form="'{\"all\":\"yes\",\"band\":\"critical\"}'" check "$name"
		;;
	saved_view_create | saved_view_update | saved_view_default) continue ;;
	saved_view_api_*) continue ;;
	account_page | account_filter_*)
		form="'{\"band\":\"critical\"}'" check "$name"
		;;
	*) check "$name" ;;
	esac
	case $name in
	account_list_* | account_tree_found) check_filters "$name" ;;
	esac
	case $name in
	account_show | account_why | account_journey | \
	    account_score | account_score_[ch]* | account_usage | \
	    account_alerts | account_runs | health_override_history)
		check "$name" "as_of=$yesterday"
		;;
	account_timeline)
		check "$name" "as_of=$yesterday before_at=1 before_id=x"
		;;
	account_details)
		form=null check "$name" "as_of=$yesterday"
		form=null check "$name" 'edit=all'
		form=$mark_form check "$name"
		;;
	journey_columns)
		# a filter counts a thousand of each stage at most
		limit=$walk_max check "$name" 'band=critical'
		check "$name" "owner=$user"
		check "$name" "owner=$account"
		;;
	journey_lanes)
		# a lane that has few accounts walks its stages
		limit=$walk_max check "$name" 'lanes=owner'
		limit=$walk_max check "$name" 'lanes=tier'
		;;
	journey_stage_cards)
		id=$stage check "$name" "after_arr=500000 after_id=$account"
		;;
	account_children)
		check "$name" "id=$group"
		;;
	account_rollup)
		must='Index Only Scan using accounts_path_idx' limit=10001 \
		    check "$name" "id=$group"
		;;
	account_list_name)
		form="'{}'" check "$name" "after_key=8 after_id=$account"
		;;
	esac
done
check_nouns
echo "1..$number"
