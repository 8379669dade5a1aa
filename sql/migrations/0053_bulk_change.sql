-- Many accounts are changed together; what changed them one by one goes.

drop function if exists mainstay.bulk_one(uuid, text, text, text, text);
drop function if exists mainstay.bulk_give(uuid, uuid, text, text);
