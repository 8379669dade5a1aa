-- The list of accounts as a tree.

-- It asks for the names that an order needs by itself now.
drop function if exists mainstay.account_order(text);
