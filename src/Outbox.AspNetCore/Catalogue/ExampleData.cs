namespace Outbox.AspNetCore.Catalogue;

/// <summary>Examples of events' data, for the catalogue, test events and the tester.</summary>
internal static class ExampleData
{
    private const string Call =
        """
        {
          "id": "call_example",
          "direction": "inbound",
          "from": "+16473705600",
          "to": "+14165550123",
          "status": "completed",
          "startedAt": "2026-05-25T14:32:00.000Z",
          "endedAt": "2026-05-25T14:35:12.000Z",
          "durationSeconds": 192,
          "recordingAvailable": true,
          "recordingUrl": "https://media.example.com/call_example.mp3",
          "transcript": [
            { "speaker": "agent", "text": "Good morning, how can I help?" },
            { "speaker": "caller", "text": "I would like to book a table." }
          ]
        }
        """;

    private const string StartedCall =
        """
        {
          "id": "call_example",
          "direction": "outbound",
          "from": "+14165550123",
          "to": "+16473705600",
          "status": "in_progress",
          "startedAt": "2026-05-25T14:32:00.000Z"
        }
        """;

    private const string FailedCall =
        """
        {
          "id": "call_example",
          "direction": "outbound",
          "from": "+14165550123",
          "to": "+16473705600",
          "status": "failed",
          "reason": "no_answer"
        }
        """;

    private const string Transcript =
        """
        {
          "callId": "call_example",
          "language": "en",
          "segments": [
            { "speaker": "agent", "text": "Good morning, how can I help?", "startMs": 0, "endMs": 1800 }
          ]
        }
        """;

    private const string Batch =
        """
        {
          "id": "batch_example",
          "name": "Spring reminders",
          "status": "completed",
          "calls": { "total": 200, "completed": 187, "failed": 13 }
        }
        """;

    private const string Credit =
        """
        {
          "balance": 12.5,
          "currency": "USD",
          "threshold": 20
        }
        """;

    private const string Any =
        """
        {
          "id": "example_1",
          "note": "an example of any event"
        }
        """;

    /// <summary>An example of a type's data: indented JSON.</summary>
    public static string For(string type) => type switch
    {
        "call.started" or "call.initiated" or "call.joined" or "call.answered" => StartedCall,
        "call.failed" or "call.disallowed" => FailedCall,
        "transcript.ready" or "analysis.completed" => Transcript,
        _ when type.StartsWith("call.", StringComparison.Ordinal) => Call,
        _ when type.StartsWith("campaign.", StringComparison.Ordinal) || type.StartsWith("batch.", StringComparison.Ordinal) => Batch,
        _ when type.StartsWith("credit.", StringComparison.Ordinal) => Credit,
        _ => Any,
    };
}
