using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Operations;

/// <summary>The operations of one mapping in this process; those that ended are kept for an hour.</summary>
internal sealed partial class OperationBoard(
    int mostRunning, TimeProvider clock, ILogger<OperationBoard> logger, CancellationToken hostStops)
{
    private const int MostKept = 500;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<Operation> _operations = [];

    /// <summary>Starts work. What it returns is the result that people read; what it throws ends it as failed, or as cancelled where it was.</summary>
    /// <exception cref="ProblemException">Too many are running.</exception>
    public Operation Start(
        Access access, string kind, string title, string? endpointId, Func<Operation, CancellationToken, Task<string>> work)
    {
        var operation = new Operation($"op_{RandomNumberGenerator.GetHexString(20, lowercase: true)}", kind, title, endpointId, access.Tenant, access.User, clock.GetUtcNow());
        lock (_gate)
        {
            Forget();
            if (_operations.Count(one => one.IsRunning) >= mostRunning)
            {
                throw new ProblemException(Problem.Busy($"{mostRunning} operations are running. Wait until one has ended, or cancel one."));
            }

            _operations.Add(operation);
        }

        _ = RunAsync(operation, work);
        return operation;
    }

    /// <summary>Those that the caller may see, newest first.</summary>
    public IReadOnlyList<Operation> List(Access access)
    {
        lock (_gate)
        {
            Forget();
            return [.. _operations.Where(operation => access.Tenant is null || operation.Tenant == access.Tenant).Reverse()];
        }
    }

    /// <exception cref="ProblemException">There is none that the caller may see.</exception>
    public Operation Get(Access access, string id) =>
        List(access).FirstOrDefault(operation => operation.Id == id) ?? throw new ProblemException(Problem.NotFound("operation", id));

    /// <exception cref="ProblemException">There is none that the caller may see, or it has ended.</exception>
    public Operation Cancel(Access access, string id)
    {
        var operation = Get(access, id);
        if (!operation.IsRunning)
        {
            throw new ProblemException(Problem.Conflict("The operation has ended already."));
        }

        operation.Stop.Cancel();
        return operation;
    }

    private async Task RunAsync(Operation operation, Func<Operation, CancellationToken, Task<string>> work)
    {
        await Task.Yield();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(operation.Stop.Token, hostStops);
        try
        {
            operation.End("succeeded", await work(operation, stop.Token), null, clock.GetUtcNow());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            operation.End("cancelled", hostStops.IsCancellationRequested ? "The host stopped." : "It was cancelled.", null, clock.GetUtcNow());
        }
        catch (Exception e)
        {
            OperationFailed(logger, e, operation.Kind, operation.Id);
            operation.End("failed", null, Problem.Of(e)?.Body.Detail ?? "It failed; the host's log has the details.", clock.GetUtcNow());
        }
    }

    private void Forget()
    {
        var now = clock.GetUtcNow();
        _operations.RemoveAll(operation => operation.EndedAt + Kept <= now);
        if (_operations.Count > MostKept && _operations.Find(operation => !operation.IsRunning) is { } oldest)
        {
            _operations.Remove(oldest);
        }
    }

    [LoggerMessage(82, LogLevel.Error, "The operation {Kind} {OperationId} failed.")]
    private static partial void OperationFailed(ILogger logger, Exception failure, string kind, string operationId);
}
