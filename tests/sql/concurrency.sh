#!/bin/bash
# concurrency.sh - what two transactions at once must not spoil.
#
# Two psql sessions, a and b, are fed line by line; "blocked b" waits until
# PostgreSQL itself says that b waits for a lock.  Run by run.sh, which sets
# the connection and gives it a database of its own.
set -euo pipefail

dir=$(mktemp -d)
number=0
declare -A feed sent
trap 'rm -rf "$dir"' EXIT

query() {
	psql -XAtq -v ON_ERROR_STOP=1 -c "$1"
}

open_session() {
	mkfifo "$dir/$1"
	PGAPPNAME="session_$1" psql -XAtq -v VERBOSITY=sqlstate \
	    <"$dir/$1" >"$dir/$1.out" 2>&1 &
	exec {fd}>"$dir/$1"
	feed[$1]=$fd
	run "$1" 'select 1;' >/dev/null
}

# send SESSION SQL: does not wait for the answer.
send() {
	sent[$1]=$((${sent[$1]:-0} + 1))
	printf '%s\n\\echo :END %d\n' "$2" "${sent[$1]}" >&"${feed[$1]}"
}

# answer SESSION: what the last send printed, once it is done.
answer() {
	local i
	for ((i = 0; i < 500; i++)); do
		if grep -q "^:END ${sent[$1]}\$" "$dir/$1.out"; then
			sed "1,/^:END $((${sent[$1]} - 1))\$/d;/^:END/d;/^\$/d" \
			    "$dir/$1.out"
			return
		fi
		sleep 0.01
	done
	echo "no answer from $1"
}

run() {
	send "$1" "$2"
	answer "$1"
}

blocked() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(query "select count(*) from pg_stat_activity
		    where application_name = 'session_$1'
		    and wait_event_type = 'Lock'")" = 0 ] || return 0
		sleep 0.01
	done
	return 1
}

# is HAVE WANT NAME
is() {
	number=$((number + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $number - $3"
	else
		echo "not ok $number - $3"
		printf '%s\n' "have: $1" "want: $2" | sed 's/^/#     /'
	fi
}

waits() {
	if blocked "$1"; then
		is yes yes "$2"
	else
		is no yes "$2"
	fi
}

# as SESSION WHO: begins a request of this person of tenant alpha.
as() {
	local id
	id=$(query "select test.session('$2@alpha.test')")
	run "$1" "begin; set local role mainstay_app;
	    select api.begin_request('$id');" >/dev/null
}

account() {
	query "insert into mainstay.accounts (tenant_id, name, current_stage)
	    values (test.tenant('alpha'), '$1', 'Onboarding') returning id"
}

open_session a
open_session b

# Two scores.
id=$(account 'Two scores')
as a practitioner
as b practitioner
run a "select record_health_score('$id', 90, 90, 90, 90);" >/dev/null
send b "select record_health_score('$id', 20, 20, 20, 20);"
waits b 'a second score waits for the first'
run a 'commit;' >/dev/null
answer b >/dev/null
run b 'commit;' >/dev/null
is "$(query "select count(*) from mainstay.health_scores
    where account_id = '$id' and is_current")" 1 'one score is current'
is "$(query "select previous_score from mainstay.health_scores
    where account_id = '$id' and overall_score = 20")" 90 \
    'the second one knows the first'
is "$(query "select health_score from mainstay.accounts where id = '$id'")" \
    20 'the account shows the second one'

# A score and an override; two overrides.
id=$(account 'Two layers')
as a practitioner
as b practitioner
run a "select override_score('$id', 75, 'A', now() + interval '1 day');" \
    >/dev/null
send b "select record_health_score('$id', 20, 20, 20, 20);"
waits b 'a score waits for an override'
run a 'commit;' >/dev/null
answer b >/dev/null
run b 'commit;' >/dev/null
is "$(query "select health_score from mainstay.accounts where id = '$id'")" \
    75 'which the account goes on to show'
as a practitioner
as b practitioner
run a "select override_score('$id', 85, 'A', now() + interval '1 day');" \
    >/dev/null
send b "select override_score('$id', 65, 'B', now() + interval '1 day');"
waits b 'an override waits for another'
run a 'commit;' >/dev/null
answer b >/dev/null
run b 'commit;' >/dev/null
is "$(query "select health_score || ' ' || (
    select string_agg(score || case when ended_at is null then ' open'
        else '' end, ', ' order by score)
    from mainstay.health_overrides where account_id = '$id')
    from mainstay.accounts where id = '$id'")" '65 65 open, 75, 85' \
    'the last one counts, and one is open'

# Facts of the same accounts, and a worker.
query "update mainstay.scorecard_versions set status = 'retired'
    where tenant_id = test.tenant('alpha') and status = 'published';
    insert into mainstay.scorecard_versions (tenant_id, scorecard_id, version,
        status, document)
    select tenant_id, id, 99, 'published', mainstay.preset('adoption')
    from mainstay.scorecards
    where is_default and tenant_id = test.tenant('alpha');
    delete from mainstay.health_queue;
    insert into mainstay.accounts (tenant_id, name)
    select test.tenant('alpha'), 'Busy ' || n
    from generate_series(1, 6) n" >/dev/null
facts="insert into usage_metrics (account_id, metric_type, metric_value)
    select id, 'logins', 1 from accounts where name ~ '^Busy';"
score='select api.rescore_queued(100);'
as a practitioner
run a "$facts"
as b practitioner
run b "$facts"
is "$(run b 'commit;'; query "set role mainstay_worker; $score")" 6 \
    'neither who brings facts nor the worker waits for others with facts'
run a 'commit;'
run a "begin; set local role mainstay_worker; $score" >/dev/null
as b practitioner
run b "$facts"
is "$(run b 'commit;'; run b 'select 1;')" 1 \
    'nor does who brings facts of accounts that are being scored'
is "$(query "set role mainstay_worker; $score")" 0 \
    'another worker leaves those accounts alone'
run a 'commit;' >/dev/null
is "$(query "set role mainstay_worker; $score")" 6 \
    'and their facts of meanwhile are not lost'
is "$(query "select count(*) from mainstay.health_queue q
    join mainstay.accounts a on a.id = q.account_id
    where a.name ~ '^Busy'")" 0 'then nobody waits'

# Two moves.
id=$(account 'Two moves')
as a practitioner
as b practitioner
run a "update accounts set current_stage = 'Adoption' where id = '$id';"
send b "update accounts set current_stage = 'Renewal' where id = '$id';"
waits b 'a second move waits for the first'
run a 'commit;' >/dev/null
answer b
run b 'commit;' >/dev/null
is "$(query "select count(*) from mainstay.journey_history
    where account_id = '$id' and exited_at is null")" 1 'one stay is open'
is "$(query "select string_agg(concat(from_stage, '>', to_stage), ' '
    order by entered_at, exited_at nulls last)
    from mainstay.journey_history where account_id = '$id'")" \
    '>Onboarding Onboarding>Adoption Adoption>Renewal' \
    'the path has no gap'

# Two moves in the tree that would close a ring.
x=$(account X)
y=$(account Y)
as a practitioner
as b practitioner
run a "update accounts set parent_id = '$y' where id = '$x';"
send b "update accounts set parent_id = '$x' where id = '$y';"
waits b 'moves in the tree wait for each other'
run a 'commit;' >/dev/null
is "$(answer b)" 'ERROR:  MS422' 'the one that would close a ring fails'
run b 'rollback;' >/dev/null

# The same at a distance: X2 over X1, Y2 over Y1; X2 goes below Y1 while Y2
# goes below X1.
for name in x1 x2 y1 y2; do
	declare "$name=$(account $name)"
done
query "update mainstay.accounts set parent_id = '$x2' where id = '$x1';
    update mainstay.accounts set parent_id = '$y2' where id = '$y1'"
as a practitioner
as b practitioner
run a "update accounts set parent_id = '$y1' where id = '$x2';"
send b "update accounts set parent_id = '$x1' where id = '$y2';"
waits b 'moves at a distance wait for each other'
run a 'commit;' >/dev/null
is "$(answer b)" 'ERROR:  MS422' 'the one that would close a ring fails, too'
run b 'rollback;' >/dev/null
is "$(query "select hierarchy_path from mainstay.accounts
    where id = '$x1'")" "$y2/$y1/$x2/$x1" 'the other one stands'

# A snapshot older than the move of another would not show it: the ring would
# be closed.  So nothing is placed by one.
for level in 'repeatable read' serializable; do
	run b "set default_transaction_isolation = '$level';"
	as b practitioner
	is "$(run b "update accounts set parent_id = '$x1'
	    where id = '$y2';")" 'ERROR:  0A000' "$level: no moves"
	run b 'rollback;' >/dev/null
	as b practitioner
	is "$(run b "insert into accounts (name, parent_id)
	    values ('Z', '$x1');")" 'ERROR:  0A000' "$level: no additions"
	run b 'rollback; reset default_transaction_isolation;' >/dev/null
done

# An account added below one that moves.
x=$(account X)
y=$(account Y)
as a practitioner
as b practitioner
run a "update accounts set parent_id = '$y' where id = '$x';"
send b "insert into accounts (name, parent_id) values ('Z', '$x')
    returning hierarchy_path like '$y/$x/%';"
waits b 'an addition waits for a move'
run a 'commit;' >/dev/null
is "$(answer b)" t 'and finds its place below the new parent'
run b 'commit;' >/dev/null

# The same when the account becomes a root: by a move, and as its parent is
# deleted.
as a practitioner
as b practitioner
run a "update accounts set parent_id = null where id = '$x';"
send b "insert into accounts (name, parent_id) values ('Z', '$x')
    returning hierarchy_path like '$x/%';"
waits b 'an addition waits for a move to the top'
run a 'commit;' >/dev/null
is "$(answer b)" t 'and finds its place below the new root'
run b "update accounts set parent_id = '$y' where id = '$x'; commit;" \
    >/dev/null
as a admin
as b practitioner
run a "delete from accounts where id = '$y';"
send b "insert into accounts (name, parent_id) values ('Z', '$x')
    returning hierarchy_path like '$x/%';"
waits b 'an addition waits for a deletion above'
run a 'commit;' >/dev/null
is "$(answer b)" t 'and finds its place below what is left'
run b 'commit;' >/dev/null

# And the other way round: a move waits for what is being added.
as a practitioner
as b practitioner
run a "insert into accounts (name, parent_id) values ('Late', '$x1');"
send b "update accounts set parent_id = null where id = '$x1';"
waits b 'a move waits for an addition'
run a 'commit;' >/dev/null
answer b
run b 'commit;' >/dev/null
is "$(query "select count(*) from mainstay.accounts where name = 'Late'
    and hierarchy_path like '$x1/%'")" 1 'and takes it along'

# Two deliveries to claim.
query "update mainstay.playbooks set is_active = true, webhook_endpoint_id =
    mainstay.create_endpoint(tenant_id, 'To ' || name,
        'http://localhost:5678/webhook/x', 'standard')
    where tenant_id = test.tenant('alpha');
    delete from mainstay.webhook_hot;
    select count(mainstay.enqueue_webhook(p.webhook_endpoint_id, p.id, null,
        'test', '{}')) from mainstay.playbooks p, generate_series(1, 20)
    where p.is_active" >/dev/null
claim="select id from api.claim_webhooks(:w, 15, '60 s', '{}', '{}');"
for s in a b; do
	run $s 'set role mainstay_worker;
	    select api.worker_start(null, '"'$s', '1'"') as w \gset'
	run $s 'begin;' >/dev/null
done
run a "$claim" >"$dir/claimed.a"
run b "$claim" >"$dir/claimed.b"
is "$(wc -l <"$dir/claimed.a") $(wc -l <"$dir/claimed.b")" '15 15' \
    'two workers claim at once without waiting'
is "$(sort "$dir/claimed.a" "$dir/claimed.b" | uniq -d | wc -l)" 0 \
    'never the same delivery'
run a 'commit; reset role;' >/dev/null
run b 'commit; reset role;' >/dev/null

# Four workers empty a queue of 400.  None leaves before all are done: what a
# worker that has gone held is rightly taken over.
query "delete from mainstay.webhook_hot;
    update mainstay.webhook_endpoints set max_inflight = 500;
    select count(mainstay.enqueue_webhook(p.webhook_endpoint_id, p.id, null,
        'test', '{}')) from mainstay.playbooks p, generate_series(1, 200)
    where p.is_active" >/dev/null
for w in 1 2 3 4; do
	{
		echo 'set role mainstay_worker;'
		echo "select api.worker_start(null, 'w$w', '1') as w \\gset"
		for ((i = 0; i < 40; i++)); do
			echo "select id from api.claim_webhooks(:w, 7,
			    '60 s', '{}', '{}');"
		done
		echo "\\! touch '$dir/done.$w'; while [ ! -e '$dir/all' ]; do sleep .05; done"
	} | psql -XAtq >"$dir/worker.$w" &
	workers[w]=$!
done
for ((i = 0; i < 600; i++)); do
	[ "$(find "$dir" -name 'done.?' | wc -l)" -lt 4 ] || break
	sleep .05
done
touch "$dir/all"
wait "${workers[@]}"
is "$(cat "$dir"/worker.? | wc -l) $(sort -u "$dir"/worker.? | wc -l)" \
    '400 400' 'four workers claim each delivery once'

# Two sign-ups with one address.
signup="select count(*) from api.signup('twin@example.test', 'x', 'Twin',
    'Twins');"
for s in a b; do
	run $s 'begin; set local role mainstay_auth;' >/dev/null
done
is "$(run a "$signup")" 1 'the first sign-up makes a user'
send b "$signup"
waits b 'the second one waits'
run a 'commit;' >/dev/null
is "$(answer b)" 0 'and makes none'
run b 'commit;' >/dev/null
is "$(query "select count(*) from mainstay.users
    where email = 'twin@example.test'")" 1 'there is one'

# Two organisations of one name.
for s in a b; do
	run $s 'begin; set local role mainstay_auth;' >/dev/null
done
run a "select count(*) from api.signup('a@name.test', 'x', 'A', 'Same');" \
    >/dev/null
send b "select count(*) from api.signup('b@name.test', 'x', 'B', 'Same');"
waits b 'a second organisation of the same name waits'
run a 'commit;' >/dev/null
is "$(answer b)" 1 'and gets a short name of its own'
run b 'commit;' >/dev/null

# The last run of the day.
query "update mainstay.playbooks set max_executions_per_day = 1 + (
    select count(*) from mainstay.playbook_executions e
    where e.playbook_id = playbooks.id and e.status <> 'skipped')
    where tenant_id = test.tenant('alpha')"
one=$(account One)
two=$(account Two)
as a practitioner
as b practitioner
run a "select record_health_score('$one', 5, 5, 5, 5);" >/dev/null
send b "select record_health_score('$two', 5, 5, 5, 5);"
waits b 'the last run of the day is given to one at a time'
run a 'commit;' >/dev/null
answer b >/dev/null
run b 'commit;' >/dev/null
is "$(query "select string_agg(status, ' ' order by status)
    from mainstay.playbook_executions
    where account_id in ('$one', '$two')")" 'queued skipped' \
    'one account gets it, the other one is told'

# Folding the sums while somebody writes.
as a practitioner
run a "update accounts set arr_cents = arr_cents + 1;"
run b 'begin; set local role mainstay_worker;
    select api.compact_rollups();' >/dev/null
run a 'commit;' >/dev/null
run b 'commit;' >/dev/null
is "$(query 'select count(*) from mainstay.rollup_check()')" 0 \
    'folding and writing at once keep the sums'

# Signing out everywhere while a session goes on in another tenant.
query "insert into mainstay.profiles (tenant_id, user_id, full_name, email,
    role) values (test.tenant('alpha'), test.person('viewer@beta.test'),
    'Both', 'viewer@beta.test', 'Viewer')"
live="select count(*) from mainstay.sessions
    where user_id = test.person('viewer@beta.test') and revoked_at is null"
for first in leave switch; do
	id=$(query "select test.session('viewer@beta.test', 'beta')")
	switch="select api.switch_tenant('$id', sha256('$first'),
	    (select id from api.my_tenants('$id') where not is_current));"
	leave="select count(*) from api.revoke_session('$id', true);"
	for s in a b; do
		run $s 'begin; set local role mainstay_app;' >/dev/null
	done
	if [ $first = leave ]; then
		run a "$leave" >/dev/null
		send b "$switch"
	else
		run a "$switch" >/dev/null
		send b "$leave"
	fi
	waits b "$first first: the other waits"
	run a 'commit;' >/dev/null
	answer b >/dev/null
	run b 'commit;' >/dev/null
	is "$(query "$live")" 0 "$first first: no session is left"
done

# Two people publish the same draft, and draft at once.
card=$(query "insert into mainstay.scorecards (tenant_id, name)
    values (test.tenant('alpha'), 'Shared') returning id")
draft=$(query "select mainstay.save_draft('$card', mainstay.preset('balanced'))")
as a admin
as b admin
run a "select publish_version('$draft');" >/dev/null
send b "select publish_version('$draft');"
waits b 'a second publication waits'
run a 'commit;' >/dev/null
is "$(answer b)" 'ERROR:  MS409' 'and finds the draft published'
run b 'rollback;' >/dev/null
as a admin
as b admin
run a "select save_draft('$card', preset('adoption'));" >/dev/null
send b "select save_draft('$card', preset('programme'));"
waits b 'a second draft waits'
run a 'commit;' >/dev/null
answer b >/dev/null
run b 'commit;' >/dev/null
is "$(query "select string_agg(version || ' ' || status, ', ' order by version)
    from mainstay.scorecard_versions where scorecard_id = '$card'")" \
    '1 published, 2 draft' 'there is one draft, not two'

# Two Tenant Admins demote each other.
query "update mainstay.profiles set role = 'Tenant Admin'
    where tenant_id = test.tenant('alpha') and full_name = 'Practitioner'"
as a admin
as b practitioner
run a "update profiles set role = 'Viewer'
    where full_name = 'Practitioner';"
send b "update profiles set role = 'Viewer' where full_name = 'Admin';"
waits b 'a second demotion waits'
run a 'commit;' >/dev/null
is "$(answer b)" 'ERROR:  MS409' 'one Tenant Admin always remains'
run b 'rollback;' >/dev/null

# A session that is revoked while a request runs.
s=$(query "select test.session('contributor@alpha.test')")
run a "begin; set local role mainstay_app;
    select api.begin_request('$s');" >/dev/null
query "select api.revoke_session('$s', false)" >/dev/null
is "$(run a 'select count(*) > 0 from accounts;')" t \
    'a request that runs is not cut off'
run a 'commit;' >/dev/null
is "$(run a "begin; set local role mainstay_app;
    select api.begin_request('$s');")" 'ERROR:  MS401' 'the next one is'
run a 'rollback;' >/dev/null

for s in a b; do
	exec {feed[$s]}>&-
done 2>/dev/null || true
echo "1..$number"
