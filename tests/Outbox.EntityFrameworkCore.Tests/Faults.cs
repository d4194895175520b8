using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>Loses the connection at commits, before they reach the database or after.</summary>
internal sealed class Faults : DbTransactionInterceptor
{
    private int _before;
    private int _after;

    public int Commits { get; private set; }

    public void BeforeTheNextCommits(int count) => (_before, Commits) = (count, 0);

    public void AfterTheNextCommits(int count) => (_after, Commits) = (count, 0);

    public bool IsOne(Exception exception) => exception is NpgsqlException { InnerException: IOException { Message: nameof(Faults) } };

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Commits++;
        return _before-- > 0 ? throw Lost() : new(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        _after-- > 0 ? throw Lost() : Task.CompletedTask;

    // As Npgsql says it, which its retrying strategy takes for passing.
    private static NpgsqlException Lost() => new("The connection was lost.", new IOException(nameof(Faults)));
}
