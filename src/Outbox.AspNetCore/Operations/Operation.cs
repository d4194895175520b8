using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Operations;

/// <summary>Work that takes longer than a request: what it is, how far it is, how it ended.</summary>
internal sealed class Operation(string id, string kind, string title, string? endpointId, string? tenant, string? startedBy, DateTimeOffset startedAt)
    : IProgress<int>
{
    private readonly Lock _gate = new();
    private int _done;
    private int? _total;
    private bool _totalCapped;
    private string _state = "running";
    private string? _result;
    private string? _error;
    private DateTimeOffset? _endedAt;

    public string Id => id;

    public string Kind => kind;

    /// <summary>Whose it is, in a mapping for customers.</summary>
    public string? Tenant => tenant;

    public CancellationTokenSource Stop { get; } = new();

    public bool IsRunning => EndedAt is null;

    public DateTimeOffset? EndedAt
    {
        get
        {
            lock (_gate)
            {
                return _endedAt;
            }
        }
    }

    public int Done
    {
        get
        {
            lock (_gate)
            {
                return _done;
            }
        }
    }

    public void Expect(int total, bool capped)
    {
        lock (_gate)
        {
            (_total, _totalCapped) = (total, capped);
        }
    }

    public void Report(int value)
    {
        lock (_gate)
        {
            _done = value;
        }
    }

    public void End(string state, string? result, string? error, DateTimeOffset at)
    {
        lock (_gate)
        {
            (_state, _result, _error, _endedAt) = (state, result, error, at);
        }
    }

    public OperationView Show()
    {
        lock (_gate)
        {
            return new OperationView
            {
                Id = id,
                Kind = kind,
                State = _state,
                Title = title,
                Done = _done,
                Total = _total,
                TotalCapped = _totalCapped,
                Result = _result,
                Error = _error,
                EndpointId = endpointId,
                StartedAt = startedAt,
                EndedAt = _endedAt,
                StartedBy = startedBy,
            };
        }
    }
}
