using System.Data.Common;

namespace Outbox.Benchmarks.Stores;

/// <summary>A database that is asked in SQL: what its <see cref="SqlClient"/> says to it.</summary>
internal interface ISqlBench : IBenchDatabase
{
    /// <summary>Inserts the platform's own row, by a prepared command.</summary>
    DbCommand InsertCall(DbConnection connection);

    /// <summary>What a hand-written outbox would insert: an event row and a delivery row in the same tables, by prepared commands.</summary>
    IReadOnlyList<DbCommand> InsertEventAndDelivery(DbConnection connection);

    /// <summary>Whether any delivery of the first so many endpoints is still to be delivered.</summary>
    ValueTask<bool> HasOpenAsync(DbConnection connection, int endpoints);
}
