using System.Data;
using System.Data.Common;

namespace Outbox.ProviderContract;

/// <summary>A transaction of a provider that no store knows.</summary>
internal sealed class ForeignTransaction : DbTransaction
{
    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    protected override DbConnection? DbConnection => null;

    public override void Commit() => throw new InvalidOperationException("Only its owner commits a transaction.");

    public override void Rollback() => throw new InvalidOperationException("Only its owner rolls a transaction back.");
}
