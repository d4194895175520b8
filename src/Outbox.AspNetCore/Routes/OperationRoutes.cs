using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

internal static class OperationRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping)
    {
        api.MapGet("/operations", Answer<PageView<OperationView>> (HttpContext http) =>
            Answer.Ok(new PageView<OperationView>([.. mapping.Operations.List(Access.Of(http)).Select(operation => operation.Show())], null)))
            .WithSummary("Replays, drains and erasures of this process, newest first");

        api.MapGet("/operations/{id}", Answer<OperationView> (HttpContext http, string id) =>
            Answer.Ok(mapping.Operations.Get(Access.Of(http), id).Show()))
            .WithSummary("How far an operation is");

        api.MapPost("/operations/{id}/cancel", Answer<OperationView> (HttpContext http, string id) =>
            Answer.Accepted(mapping.Operations.Cancel(Access.Of(http), id).Show()))
            .WithSummary("Asks an operation to stop");
    }
}
