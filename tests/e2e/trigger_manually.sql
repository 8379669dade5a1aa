SET app.current_user_id = '11111111-1111-1111-1111-111111111111';

SELECT trigger_playbook_manually(
    p_playbook_id := (SELECT id FROM playbooks WHERE name = 'Health Score Alert - Critical'),
    p_account_id := '10000000-0000-0000-0000-000000000001',
    p_reason := 'Manual test trigger'
);
