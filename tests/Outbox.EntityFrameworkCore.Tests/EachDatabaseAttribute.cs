using System.Reflection;
using Outbox.Postgres.Tests;
using Xunit.Sdk;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>Runs a theory on SQLite, and on PostgreSQL where there is one.</summary>
internal sealed class EachDatabaseAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        PostgresServer.SkipReason is null ? [[Database.Sqlite], [Database.Postgres]] : [[Database.Sqlite]];
}

public enum Database
{
    Sqlite,
    Postgres,
}

public sealed class EachDatabaseTests
{
    [PostgresFact]
    public void PostgreSQL_is_among_the_databases() =>
        Assert.Contains(new EachDatabaseAttribute().GetData(null!), data => data[0] is Database.Postgres);

    /// <summary>Shows as skipped where there is no PostgreSQL: then the theories run on SQLite alone.</summary>
    private sealed class PostgresFactAttribute : FactAttribute
    {
        public PostgresFactAttribute() => Skip = PostgresServer.SkipReason;
    }
}
