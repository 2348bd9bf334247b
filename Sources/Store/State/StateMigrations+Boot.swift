extension StateMigrations {
    static let boot = Migration(
        number: 5,
        sql: """
            -- sent_tick: sent_at in milliseconds since the start of the machine that boot names.
            ALTER TABLE write ADD COLUMN sent_tick INTEGER;
            ALTER TABLE write ADD COLUMN boot TEXT;
            """)
}
