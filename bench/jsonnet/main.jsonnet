// The policies and a CloudFormation template of each setup, as jsonnet writes them: jsonnet -S -c -m OUT --tla-code 'spec=std.parseYaml(importstr "SPEC")'.
local statement(actions, resources, more={}) = { Effect: 'Allow', Action: actions, Resource: resources } + more;
local document(statements) = { Version: '2012-10-17', Statement: statements };
local service = { Principal: { Service: 'personalize.amazonaws.com' } };

local setup(name, s) =
  local from = [w.from for w in s.workflows if std.objectHas(w, 'from')];
  local to = [w.to for w in s.workflows if std.objectHas(w, 'to')];
  local bucket(l) = s.buckets[std.split(l, '/')[0]].name;
  local object(l) = 'arn:aws:s3:::' + bucket(l) + '/' + std.join('/', std.split(l, '/')[1:]) + '*';
  local of(b, list) = [object(l) for l in list if bucket(l) == b];
  local objects(b, more) = [statement(['s3:GetObject'], of(b, from), more), statement(['s3:PutObject'], of(b, to), more), statement(['s3:ListBucket'], ['arn:aws:s3:::' + b], more)];
  local trust = document([{ Effect: 'Allow', Action: 'sts:AssumeRole', Condition: { StringEquals: { 'aws:SourceAccount': s.account } } } + service]);
  local role = document(std.flatMap(function(b) objects(s.buckets[b].name, {}), std.objectFields(s.buckets))
                        + [statement(['kms:Decrypt', 'kms:GenerateDataKey'], [s.keys[k].arn for k in std.objectFields(s.keys)])]);
  local operator = document([statement(['personalize:Create*', 'personalize:Describe*', 'personalize:List*'], ['arn:aws:personalize:%s:%s:*' % [s.region, s.account]])]);
  local template = { AWSTemplateFormatVersion: '2010-09-09', Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: s.role.name, AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'Personalize', PolicyDocument: role }] } },
    Operator: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: operator } },
  } };
  local file(path, value) = { [name + '/' + path]: std.manifestJsonEx(value, '  ') + '\n' };
  file('policies/role-trust.json', trust) + file('policies/role-policy.json', role) + file('policies/operator.json', operator) + file('cloudformation/template.json', template)
  + std.foldl(function(all, b) all + file('policies/bucket-' + b + '.json', document(objects(s.buckets[b].name, service))), std.objectFields(s.buckets), {});

function(spec) std.foldl(function(all, name) all + setup(name, spec.setups[name]), std.objectFields(spec.setups), {})
