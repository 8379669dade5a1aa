-- What the kept executive page shows besides the ledger.
create or replace trigger journey_stages_95_page
    after insert or update or delete on mainstay.journey_stages
    for each row execute function api.forget_portfolio_pages();
create or replace trigger scorecards_95_page
    after insert or update or delete on mainstay.scorecards
    for each row execute function api.forget_portfolio_pages();
create or replace trigger scorecard_versions_95_page
    after insert or update or delete on mainstay.scorecard_versions
    for each row execute function api.forget_portfolio_pages();
create or replace trigger portfolio_days_95_page
    after insert or update or delete on mainstay.portfolio_days
    for each row execute function api.forget_portfolio_pages();
