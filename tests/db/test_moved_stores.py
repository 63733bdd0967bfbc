"""Sources with umlauts are kept in ASCII from revision 0025 on, and no two stores get the same."""

from sqlalchemy import create_engine, text

from writer.db.migrate import migrate

BEFORE = ["bücher.example", "größe.example:8443/laden", "plain.example", "xn--fe-eka.example", "öfe.example"]


def test_hosts_are_written_as_dns_writes_them(empty_database_url: str) -> None:
    migrate(empty_database_url, "0024")
    engine = create_engine(empty_database_url)
    add = "INSERT INTO stores (name, source, created_at) VALUES (:source, :source, '2026-11-20 10:00:00')"
    held = (
        "INSERT INTO deliveries (source, topic, received_at, outcome, sentence)"
        " VALUES ('neuß.example', 'order.updated', '2026-11-20 10:00:00', 'held', '')"
    )
    with engine.begin() as db:
        db.execute(text(add), [{"source": source} for source in BEFORE])
        db.execute(text(held))

    migrate(empty_database_url)

    with engine.connect() as db:
        sources = list(db.execute(text("SELECT source FROM stores ORDER BY id")).scalars())
        waiting = db.execute(text("SELECT source, signed_by_store_id FROM deliveries")).one()
    engine.dispose()
    assert sources == [
        "xn--bcher-kva.example",
        "xn--gre-6ka8i.example:8443/laden",
        "plain.example",
        "xn--fe-eka.example",
        "öfe.example",
    ]
    assert tuple(waiting) == ("xn--neu-7ka.example", None)
