-- Who may do what with advocacy.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.advocacy_activities', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');
