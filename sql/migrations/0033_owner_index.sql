-- The accounts of an owner, stage by stage in the order of the board.
drop index mainstay.accounts_csm_idx;
create index accounts_csm_idx on mainstay.accounts
    (tenant_id, csm_id, current_stage, arr_cents desc, id);
