-- The roll-up of an account with subsidiaries, and its rule.

-- name: account_rollup
-- No row when nothing is below the account. There is a sum of ARR for each
-- currency, the account's own first.
select r.rule, r.rule = 'own' as is_own, r.rule = 'average' as is_average,
    r.rule = 'arr_weighted' as is_weighted, r.rule = 'worst' as is_worst,
    r.score as health_score, coalesce(b.band, 'unscored') as health_band,
    coalesce(b.label, 'Not scored') as band_label,
    app.number_text(r.covered) || ' of '
        || app.count_text(r.accounts, 'account') as covered_text,
    (
        select json_agg(json_build_object('text',
                app.money_text(m.cents, m.currency))
            order by m.currency <> r.currency, m.currency)
        from (
            select t.key as currency, t.value::bigint as cents
            from jsonb_each_text(r.arr) t
            offset 0) m
        where m.cents > 0
    ) as arr
from app.account_rollup(:tenant_id::uuid, :id::uuid) r
left join lateral app.score_band(:tenant_id::uuid, r.score) b on true
where r.descendants > 0;

-- name: account_rollup_set
update accounts
set health_rollup = :health_rollup
where tenant_id = :tenant_id::uuid and id = :id::uuid
returning id;
