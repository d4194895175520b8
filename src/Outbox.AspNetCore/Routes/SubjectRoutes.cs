using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Operations;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

/// <summary>Erasure of what is known about a subject.</summary>
internal static class SubjectRoutes
{
    private const int LongestSubject = 256;

    public static void Map(RouteGroupBuilder api, Mapping mapping, Work work) =>
        api.MapPost("/subjects/erase", async Task<IResult> (HttpContext http) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.EraseBody);
            var access = Access.Of(http);
            if (access.Tenant is not null)
            {
                // An event is shared by the platform's own endpoints: a customer must not empty their deliveries.
                throw new ProblemException(Problem.Forbidden("The platform erases subjects; ask its operators."));
            }

            if (string.IsNullOrWhiteSpace(body.Subject) || body.Subject.Length > LongestSubject || !Requested.IsText(body.Subject))
            {
                throw new WebhookValidationException("subject", $"Give the subject to erase, in 1 to {LongestSubject} characters without control characters: a call's id.");
            }

            var filter = new DeliveryFilter { Subject = body.Subject, Tenant = Requested.Text("tenant", body.Tenant) };
            return body.DryRun
                ? Answer.Ok(new EraseCountView(CountView.Of(await mapping.Outbox.Inspection.CountAsync(filter, SessionView.Cap, http.RequestAborted))))
                : Answer.Accepted(Start(mapping, work, access, body.Subject, body.Tenant).Show());
        })
        .Accepts<EraseBody>("application/json")
        .Produces<EraseCountView>()
        .Produces<OperationView>(StatusCodes.Status202Accepted)
        .WithSummary("Erases a subject; a dry run counts what would be emptied");

    // The subject itself is what is to be forgotten: the operation does not repeat it.
    private static Operation Start(Mapping mapping, Work work, Access access, string subject, string? tenant) => mapping.Operations.Start(
        access, "erase", "Erase a subject", null, (operation, stop) => work.EraseAsync(operation, subject, tenant, stop));
}
